/** A Chromium that can be started, and whether it really does. */
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

/** Handed from the global set-up to the tests' processes: nothing in it but text. */
export interface BrowserProgram {
  /** Absent: the one that Playwright installed itself. */
  readonly file?: string;
  /** Where its libraries are, when they are not the system's. */
  readonly libraryPath?: string;
  readonly sandbox: boolean;
}

/** It ends with us: it reads a pipe that closes when our process is gone, however it went. */
export const launch = ({ file, libraryPath, sandbox }: BrowserProgram): Promise<Browser> => {
  const { PATH = '/usr/bin:/bin', HOME = '/tmp' } = process.env;
  const options: LaunchOptions = {
    chromiumSandbox: sandbox,
    timeout: 20_000,
    // What the tests see must not hang on who runs them, nor where.
    args: ['--force-color-profile=srgb', '--font-render-hinting=none', '--hide-scrollbars'],
    env: { PATH, HOME, LANG: 'C.UTF-8', TZ: 'UTC', ...(libraryPath ? { LD_LIBRARY_PATH: libraryPath } : {}) },
    ...(file === undefined ? {} : { executablePath: file }),
  };
  return chromium.launch(options);
};

/**
 * As `launch` can start it: Chromium's own sandbox is left out for root, whom it refuses, and where the kernel lets nobody
 * else have one (most containers). The tests open no pages but ours. Throws, in a line, when it doesn't start at all.
 */
export const tryProgram = async (found: Omit<BrowserProgram, 'sandbox'>): Promise<BrowserProgram> => {
  let why = '';
  for (const sandbox of process.getuid?.() === 0 ? [false] : [true, false]) {
    const program = { ...found, sandbox };
    try {
      const browser = await launch(program);
      await browser.close();
      return program;
    } catch (error) {
      why = reasonOf(error as Error);
    }
  }
  throw new Error(why);
};

/** Playwright's message goes on for a page; the program's own words stand after `[err]`. */
const reasonOf = ({ message }: Error): string =>
  /\[err\] (.+)/.exec(message)?.[1]?.trim() ?? message.split('\n', 1)[0] ?? message;
