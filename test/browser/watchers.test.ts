/** The eyes of the other tests: each sees what it is there for. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.js';
import { expectAccessible } from './accessible.js';
import { expectKeyboard } from './keyboard.js';
import { watch } from './visit.js';

let browser: Browser;
let server: Server;
let url: string;
let html = '';

beforeAll(async () => {
  browser = await openBrowser();
  server = createServer((request, response) => {
    if (request.url !== '/') return response.writeHead(404).end();
    response.setHeader('content-type', 'text/html');
    response.setHeader('content-security-policy', "script-src 'self' 'nonce-ours'");
    return response.end(`<!doctype html><html lang="en"><title>Test</title><main><h1>Test</h1>${html}</main></html>`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

const open = async (body: string): Promise<{ page: Page; faults: string[] }> => {
  html = body;
  const page = await browser.newPage();
  const faults = watch(page, new URL(url).origin);
  await page.goto(url);
  return { page, faults };
};

describe('the watcher', () => {
  it.each([
    ['an error of a script', '<script nonce="ours">missing()</script>', /^error: missing is not defined/],
    ['a breach of the policy', '<script>1</script>', /^console: .*Content Security Policy/],
    ['a request to elsewhere', '<img alt="" src="http://127.0.0.2:9/a.png">', /^request to elsewhere: /],
    ['what is not there', '<img alt="" src="/a.png">', /^404: GET .*\/a\.png$/],
  ])('tells of %s', async (_what, body, told) => {
    const { page, faults } = await open(body);
    expect(faults).toContainEqual(expect.stringMatching(told));
    await page.close();
  });

  it('has nothing to tell of a page that is well', async () => {
    const { page, faults } = await open('<p>All is well.</p>');
    expect(faults).toEqual([]);
    await page.close();
  });
});

describe('axe', () => {
  it('names the rule, the element and the mend', async () => {
    const { page } = await open('<input id="nameless"><p style="color: #ccc">Pale</p>');
    await expect(expectAccessible(page)).rejects.toThrow(/color-contrast \(serious\): .*at p; /);
    await expect(expectAccessible(page)).rejects.toThrow(/label \(critical\): .*at #nameless; Fix any/);
    await page.close();
  });
});

describe('the keyboard', () => {
  it.each([
    [
      'what it never reaches',
      '<a id="shy" href="#">One</a><a href="#">Two</a><script nonce="ours">shy.addEventListener("focus", () => shy.blur())</script>',
      'never reached by Tab',
    ],
    ['a focus that nobody sees', '<style>a { outline: none }</style><a href="#">One</a>', 'no visible focus'],
    ['a button without a name', '<button></button>', 'no name'],
  ])('tells of %s', async (_what, body, told) => {
    const { page } = await open(body);
    await expect(expectKeyboard(page)).rejects.toThrow(told);
    await page.close();
  });
});
