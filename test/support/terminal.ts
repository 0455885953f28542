import { PassThrough, Readable } from 'node:stream';
import { openTerminal, type Terminal } from '../../apps/cli/src/output/terminal.js';

/** A terminal that nobody watches, and what was written to it. */
export const makeTerminal = (): { terminal: Terminal; read(): { stdout: string; stderr: string } } => {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const asStream = (stream: PassThrough) => stream as unknown as NodeJS.WriteStream;
  const terminal = openTerminal({
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
