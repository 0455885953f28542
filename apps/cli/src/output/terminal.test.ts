import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openTerminal, type TerminalOptions } from './terminal.js';

const makeStream = (isTTY: boolean) => Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream;

const makeStdin = (isTTY: boolean) => Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.ReadStream;

const open = (options: Partial<TerminalOptions>) =>
  openTerminal({
    stdin: makeStdin(false),
    stdout: makeStream(true),
    stderr: makeStream(true),
    noColour: false,
    onReaderGone: () => {},
    ...options,
  });

describe('the terminal', () => {
  it('colours for a person', () => {
    expect(open({}).paint('red', 'no')).toBe('\u001b[31mno\u001b[39m');
  });

  it('does not colour for a pipe, nor for a person who wants none', () => {
    expect(open({ stdout: makeStream(false) }).paint('red', 'no')).toBe('no');
    expect(open({ noColour: true }).paint('red', 'no')).toBe('no');
  });

  it('obeys nothing that a row brings: control characters are shown, its own colours stay', () => {
    const [stdout, stderr] = [makeStream(true), makeStream(true)];
    const { print, printJson, tell, paint } = open({ stdout, stderr });
    const evil = 'a\u001b]0;owned\u0007\r\u009b2Jb\tc\n';
    print(paint('red', evil));
    printJson(evil);
    tell(evil);
    const shown = 'a\\x1b]0;owned\\x07\\x0d\\x9b2Jb\tc\n';
    expect(String(stdout.read())).toBe(`\u001b[31m${shown}\u001b[39m\n"a\\u001b]0;owned\\u0007\\r\\u009b2Jb\\tc\\n"\n`);
    expect(String(stderr.read())).toBe(`${shown}\n`);
    const piped = makeStream(false);
    open({ stdout: piped }).print('\u001b[31mred');
    expect(String(piped.read())).toBe('\\x1b[31mred\n');
  });

  it('tells when nobody reads any more', async () => {
    const reader = spawn('sh', ['-c', 'exec <&-; echo closed; exec sleep 60'], { stdio: ['pipe', 'pipe', 'ignore'] });
    await once(reader.stdout, 'data');
    await new Promise<void>((resolve) => {
      const stdout = Object.assign(reader.stdin, { isTTY: false }) as unknown as NodeJS.WriteStream;
      open({ stdout, onReaderGone: resolve }).print('nobody reads this');
    });
    reader.kill();
  });

  it.each([
    ['y\n', true],
    ['Yes\n', true],
    ['n\n', false],
    ['\n', false],
    ['whatever\n', false],
    [undefined, false],
  ])('takes %j to its question as %j', async (answer, isYes) => {
    const stdin = makeStdin(true);
    const asked = open({ stdin }).ask('Really?');
    (stdin as unknown as PassThrough).end(answer);
    expect(await asked).toBe(isYes);
  });

  it('asks nobody where nobody is', async () => {
    expect(await open({}).ask('Really?')).toBeUndefined();
  });
});
