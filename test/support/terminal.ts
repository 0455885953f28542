import { PassThrough, Readable } from 'node:stream';
import { openTerminal, type Terminal } from '../../apps/cli/src/output/terminal.js';

/** A terminal that nobody watches, or one with a person who gives these answers, and what was written to it. */
export const makeTerminal = (
  answers?: readonly string[],
): { terminal: Terminal; read(): { stdout: string; stderr: string } } => {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const asStream = (stream: PassThrough) => stream as unknown as NodeJS.WriteStream;
  const stdin = Object.assign(new PassThrough(), { isTTY: answers !== undefined });
  for (const answer of answers ?? []) stdin.write(`${answer}\n`);
  if (answers?.length === 0) stdin.end();
  const terminal = openTerminal({
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: asStream(stdout),
    stderr: asStream(stderr),
    noColour: true,
    onReaderGone: () => {},
  });
  return { terminal, read: () => ({ stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }) };
};

/** What is piped into a command. */
export const makeStdin = (text = ''): NodeJS.ReadStream => Readable.from([text]) as NodeJS.ReadStream;

/** Somebody at a keyboard, who types and sees what is written to `stdout` and `stderr` only. */
export const makeKeyboard = (typed: string): NodeJS.ReadStream => {
  const keys = new PassThrough();
  keys.write(typed);
  return Object.assign(keys, { isTTY: true, setRawMode: () => keys }) as unknown as NodeJS.ReadStream;
};
