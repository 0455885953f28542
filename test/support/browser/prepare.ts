/**
 * vitest's global set-up, where browser tests are in the run: finds or brings the browser once, before any test's process
 * is there. Where there is none to be had, only the browser tests fail, each saying how to get one.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { BrowserProgram } from './browser-program.js';

declare module 'vitest' {
  interface ProvidedContext {
    readonly browser: { readonly program: BrowserProgram } | { readonly missing: string };
  }
}

export const setup = async (project: TestProject): Promise<void> => {
  const isAsked = project.vitest.state.getPaths().some((path) => path.includes('/test/browser/'));
  if (!isAsked) return;
  // Pictures of an earlier run tell nothing of this one.
  await rm(join(import.meta.dirname, '..', '..', 'browser', 'artefacts'), { recursive: true, force: true });
  // Playwright takes a moment to load: only now.
  const { findBrowser } = await import('./find-browser.js');
  const onProgress = (message: string) => process.stderr.write(`${message}\n`);
  const found = await findBrowser({ env: process.env, onProgress }).then(
    (program) => ({ program }),
    (error: Error) => ({ missing: error.message }),
  );
  project.provide('browser', found);
};
