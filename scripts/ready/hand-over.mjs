/** Runs the command that was asked for, in our place: our terminal, our signals, its exit code. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** @typedef {NodeJS.Signals} Signal */

/** `quail` is the command line, `node` this very Node, anything else a tool of the workspace. @param {string} root @param {string[]} command @returns {[string, string[]]} */
export const resolveCommand = (root, [name = '', ...args]) => {
  if (name === 'quail')
    return [process.execPath, ['--enable-source-maps', join(root, 'apps/cli/bin/quail.js'), ...args]];
  if (name === 'node') return [process.execPath, args];
  return [join(root, 'node_modules/.bin', name), args];
};

/** @param {string} root @param {string[]} command */
export const handOver = (root, command) => {
  const [file, args] = resolveCommand(root, command);
  const env = { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) };
  const child = spawn(file, args, { stdio: 'inherit', env });
  passSignalsTo(child);
  return new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
      resolve(undefined);
    });
    child.once('exit', (code, signal) => {
      process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
      resolve(undefined);
    });
  });
};

/** A terminal sends Ctrl-C and its hang-up to the whole group: passed on, the child would get them twice. @param {import('node:child_process').ChildProcess} child */
const passSignalsTo = (child) => {
  const onTerminal = Boolean(process.stdin.isTTY || process.stderr.isTTY);
  for (const signal of /** @type {Signal[]} */ (['SIGINT', 'SIGHUP', 'SIGTERM', 'SIGQUIT', 'SIGUSR2'])) {
    const comesFromTerminal = onTerminal && signal !== 'SIGTERM' && signal !== 'SIGUSR2';
    process.on(signal, () => {
      if (!comesFromTerminal) child.kill(signal);
    });
  }
};
