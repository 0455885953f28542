/** A password that a person gives to a command: typed, and not shown; or piped, so that no argument ever holds one. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { QuailError } from '@quailrunner/domain';
import { refusePassword } from '@quailrunner/ledger';
import type { CliContext } from './context.js';

/** Throws for one that may not be used. */
export const readPassword = async (context: CliContext): Promise<string> => {
  const password = context.stdin.isTTY ? await readTyped(context) : await readPiped(context);
  const wrong = refusePassword(password);
  if (wrong !== undefined) throw new QuailError('PASSWORD_REFUSED', wrong);
  return password;
};

const readTyped = async ({ stdin, terminal }: CliContext): Promise<string> => {
  terminal.tell('Password, which is not shown as you type:');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true, historySize: 0 });
  const interrupt = new AbortController();
  lines.once('SIGINT', () => interrupt.abort());
  try {
    return await lines.question('', { signal: interrupt.signal });
  } catch (cause) {
    throw new QuailError('INTERRUPTED', 'nothing was changed', { cause });
  } finally {
    lines.close();
  }
};

/** Without the end of its line. */
const readPiped = async ({ stdin }: CliContext): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
};
