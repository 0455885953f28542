/** One run of the command line: parse, do, and the exit code (0; 1 failed; 2 not understood). Nothing ends the process. */
import { CommanderError } from 'commander';
import type { CliContext } from './context.js';
import { describeFailure } from './output/describe-failure.js';
import { makeProgram } from './program.js';

export const runCli = async (
  args: readonly string[],
  { terminal, env, stdin }: Omit<CliContext, 'setExitCode'>,
): Promise<number> => {
  let exitCode = 0;
  const setExitCode = (code: number) => {
    exitCode = code;
  };
  try {
    await makeProgram({ terminal, env, stdin, setExitCode }).parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const text = describeFailure(error, { withStack: env.LOG_LEVEL === 'debug' });
    terminal.tell(`${terminal.paintError('red', 'quail:')} ${text}`);
    return 1;
  }
};
