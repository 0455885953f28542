/**
 * A person at a browser: a page of its own, closed with the test. Whatever goes wrong on the way fails the test: an error
 * of a script, a breach of the policy, a request that leaves for another origin, or one that is refused.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page, Request } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { expectNone } from './expect-none.js';

/** Where pictures go; git knows nothing of it. */
export const artefacts = join(import.meta.dirname, 'artefacts');

/** Of everything that a page is waited for: on two busy cores, a page may take a while. */
const limitMs = 10_000;

export const visit = async (browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Page> => {
  const context = await browser.newContext({ baseURL: url, locale: 'en-GB', reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(limitMs);
  const page = await context.newPage();
  const faults = watch(page, new URL(url).origin);
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') await keepPicture(page, task.name);
    await context.close();
    expectNone('in the browser', faults);
  });
  return page;
};

const keepPicture = async (page: Page, test: string): Promise<void> => {
  await mkdir(artefacts, { recursive: true });
  const name = join(artefacts, `failed-${test.replaceAll(/\W+/g, '-').slice(0, 80)}`);
  await page.screenshot({ path: `${name}.png`, fullPage: true });
  await writeFile(`${name}.html`, await page.content());
};

/** What has gone wrong so far, a line each; grows. */
export const watch = (page: Page, origin: string): string[] => {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  // Breaches of the policy are told here, too. A refused request is told below, with more words.
  page.on('console', (message) => {
    if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return;
    faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    const isHere = url.origin === origin || url.protocol === 'data:' || url.protocol === 'blob:';
    if (!isHere) faults.push(`request to elsewhere: ${request.url()}`);
  });
  page.on('requestfailed', (request) => {
    // Who leaves a page breaks off what it was still asking for.
    const why = request.failure()?.errorText;
    if (why !== 'net::ERR_ABORTED') faults.push(`${why}: ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() < 400 || isPageItself(response.request())) return;
    faults.push(`${response.status()}: ${response.request().method()} ${response.url()}`);
  });
  return faults;
};

/** A page may well answer 401 or 404: what it then shows is for the test to judge. */
const isPageItself = (request: Request): boolean =>
  request.isNavigationRequest() && request.frame().parentFrame() === null;
