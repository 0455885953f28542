/** Environment and task files as typed values; every mistake in them at once, with its place and its mend. */
export { loadEncryptionKey } from './encryption-key.js';
export { findPrices, readPrices } from './prices.js';
export { processEnv } from './process-env.js';
export { type Config, readConfig } from './read-config.js';
export { requireStores, type Stores } from './require-stores.js';
export { formatTaskFile, type WrittenSettings, writeSettings } from './task-file/format-task-file.js';
export { parseTask, type TaskText } from './task-file/parse-task.js';
export { parseTaskFile, type TaskFile } from './task-file/parse-task-file.js';
export { readTaskFiles } from './task-file/read-task-files.js';
