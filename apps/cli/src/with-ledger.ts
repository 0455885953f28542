import { type Config, requireStores } from '@quailrunner/config';
import { QuailError } from '@quailrunner/domain';
import { type Ledger, openLedger, readTask } from '@quailrunner/ledger';
import type { CliContext } from './context.js';
import { readJoinedConfig } from './running.js';

/** Opens the ledger for one command and closes it, however the command ends. */
export const withLedger = async <Result>(
  { env }: CliContext,
  work: (ledger: Ledger, config: Config) => Promise<Result>,
): Promise<Result> => {
  const config = readJoinedConfig(env);
  const { databaseUrl, encryptionKey } = requireStores(config);
  const ledger = openLedger({ databaseUrl, encryptionKey, applicationName: 'quailrunner cli', maxConnections: 2 });
  try {
    return await work(ledger, config);
  } finally {
    await ledger.close();
  }
};

/** A misspelt name is no task without runs. */
export const requireTask = async (name: string, ledger: Ledger): Promise<void> => {
  if ((await readTask(ledger, name)) === undefined) throw new QuailError('NO_SUCH_TASK', `there is no task "${name}"`);
};
