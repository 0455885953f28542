import { PassThrough } from 'node:stream';
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
