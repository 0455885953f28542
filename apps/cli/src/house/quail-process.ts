import { fileURLToPath } from 'node:url';
import type { ChildSpec } from '../supervisor/child.js';

const program = fileURLToPath(new URL('../../bin/quail.js', import.meta.url));

/** Another process of this very command line. */
export const quailProcess = (
  name: string,
  args: readonly string[],
  rest: Omit<ChildSpec, 'name' | 'command'>,
): ChildSpec => ({
  name,
  command: [process.execPath, '--enable-source-maps', program, ...args],
  ...rest,
});
