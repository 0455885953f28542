/** The process of `quail`: its streams, its environment, its end. */
import { processEnv } from '@quailrunner/config';
import { openTerminal } from './output/terminal.js';
import { runCli } from './run-cli.js';

/** Ends the process, with whatever a library left open. */
export const main = async (args: readonly string[]): Promise<void> => {
  const { stdin, stdout, stderr } = process;
  const env = processEnv();
  const terminal = openTerminal({
    stdin,
    stdout,
    stderr,
    noColour: (env.NO_COLOR ?? '') !== '',
    onReaderGone: () => process.exit(1),
  });
  const exitCode = await runCli(args, { terminal, env, stdin });
  stdout.write('', () => process.exit(exitCode));
};
