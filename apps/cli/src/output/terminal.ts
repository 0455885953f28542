/** Where the command line writes: results to standard output, everything else to standard error. The one place that does. */
import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { showControls, showControlsInJson, showControlsInPainted } from './controls.js';

export type Paint = 'green' | 'red' | 'yellow' | 'cyan' | 'bold' | 'dim';

/** Colours the text, or leaves it as it is. */
export type Painter = (paint: Paint, text: string) => string;

export interface Terminal {
  /** A line (or lines) of the result, to standard output. */
  print(text: string): void;
  /** The result for a program: one JSON value, to standard output. */
  printJson(value: unknown): void;
  /** A line to a person beside the result, to standard error. */
  tell(text: string): void;
  /** Whether a person says yes; `undefined` where nobody is there to be asked. */
  ask(question: string): Promise<boolean | undefined>;
  readonly paint: Painter;
  /** The same for standard error. */
  readonly paintError: Painter;
  /** Whether a person watches standard output, so that a line may be written over. */
  readonly isInteractive: boolean;
  /** How an app that runs here logs unless it is told: for a person or for a program. */
  readonly logFormat: 'pretty' | 'json';
  readonly stdout: NodeJS.WriteStream;
}

export interface TerminalOptions {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** https://no-color.org: set and not empty means no colour. */
  readonly noColour: boolean;
  /** Called when nobody reads standard output any more (`quail runs list | head`). */
  readonly onReaderGone: () => void;
}

export const openTerminal = ({ stdin, stdout, stderr, noColour, onReaderGone }: TerminalOptions): Terminal => {
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return onReaderGone();
    // The terminal was closed: a hang-up signal tells, and whoever runs on stops in order.
    if (error.code !== 'EIO') throw error;
  });
  stderr.on('error', () => {}); // With nobody to tell it to, there is nothing to tell.
  const painterOf = (stream: NodeJS.WriteStream): Painter =>
    stream.isTTY && !noColour ? (paint, text) => styleText(paint, text, { validateStream: false }) : (_, text) => text;
  // A colour of our own may stand in what is printed where there are colours at all.
  const writeTo = (stream: NodeJS.WriteStream) => {
    const shown = stream.isTTY && !noColour ? showControlsInPainted : showControls;
    return (text: string) => void stream.write(`${shown(text)}\n`);
  };
  const print = writeTo(stdout);
  return {
    print,
    printJson: (value) => print(showControlsInJson(JSON.stringify(value, null, 2))),
    tell: writeTo(stderr),
    ask: async (question) => (stdin.isTTY === true ? readYes(showControls(question), stdin, stderr) : undefined),
    paint: painterOf(stdout),
    paintError: painterOf(stderr),
    isInteractive: stdout.isTTY === true,
    logFormat: stderr.isTTY === true ? 'pretty' : 'json',
    stdout,
  };
};

/** Whatever isn't a yes is a no, the end of the input and Ctrl-C too. */
const readYes = async (question: string, input: NodeJS.ReadStream, output: NodeJS.WriteStream): Promise<boolean> => {
  const lines = createInterface({ input, output });
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
};
