/** What every command is given: where to read and to write, and the environment. */
import type { Terminal } from './output/terminal.js';

export interface CliContext {
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  /** What a person types or pipes. */
  readonly stdin: NodeJS.ReadStream;
  /** The process' exit code; 0 unless set: 1 for what failed, 2 for what was not understood. */
  readonly setExitCode: (code: number) => void;
}
