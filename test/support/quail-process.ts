/** The product's real processes, started through the command line of this checkout. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, sep } from 'node:path';

/** Holds for the sources and for what is compiled from them: both lie somewhere below `test`. */
const root = import.meta.dirname.slice(0, import.meta.dirname.lastIndexOf(`${sep}test${sep}`));
const quail = join(root, 'apps', 'cli', 'bin', 'quail.js');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const spawnQuail = (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  stdio: StdioOptions = ['ignore', 'pipe', 'pipe'],
): ChildProcess => spawn(process.execPath, ['--enable-source-maps', quail, ...args], { env, stdio });

/** Runs a command to its end. */
export const runQuail = async (args: readonly string[], env: NodeJS.ProcessEnv): Promise<Finished> => {
  const child = spawnQuail(args, env);
  const written = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (written.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (written.stderr += chunk.toString()));
  await once(child, 'close');
  return { code: child.exitCode, ...written };
};
