import { PassThrough } from 'node:stream';
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
