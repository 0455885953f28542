/** What every command is given: where to write, and the environment. */
import type { Terminal } from './output/terminal.js';

export interface CliContext {
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  /** The process' exit code; 0 unless set: 1 for what failed, 2 for what was not understood. */
  readonly setExitCode: (code: number) => void;
}
