/** The browser that prepare.ts found, for one test file. */
import type { Browser } from 'playwright-core';
import { inject } from 'vitest';
import { launch } from './browser/browser-program.js';

/** Throws with the ways to get one where there is none. */
export const openBrowser = async (): Promise<Browser> => {
  const found = inject('browser');
  if ('missing' in found) throw new Error(found.missing);
  return launch(found.program);
};
