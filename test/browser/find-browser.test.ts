import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { tryProgram } from '../support/browser/browser-program.js';
import { findBrowser } from '../support/browser/find-browser.js';

const onProgress = (message: string): never => {
  throw new Error(`nothing should be fetched: ${message}`);
};

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quailrunner-browser-'));
});
afterAll(() => rm(dir, { recursive: true }));

describe('finding a browser', () => {
  it('takes none but the one in QUAIL_BROWSER, and says what to do when that does not start', async () => {
    const QUAIL_BROWSER = join(dir, 'gone');
    const refused = expect(findBrowser({ env: { ...process.env, QUAIL_BROWSER }, onProgress })).rejects;
    await refused.toThrow(/QUAIL_BROWSER=.*gone does not start: .*Ways out: .*apt-get install chromium/);
  });

  it('passes over a program on PATH that is there and does not start', async () => {
    await symlink('/bin/false', join(dir, 'chromium'));
    await expect(tryProgram({ file: join(dir, 'chromium') })).rejects.toThrow(/^(?!.*\n)/);
    const program = await findBrowser({ env: { ...process.env, PATH: `${dir}:${process.env.PATH}` }, onProgress });
    expect(program.file).not.toBe(join(dir, 'chromium'));
    expect(inject('browser')).toHaveProperty('program.sandbox', program.sandbox);
  });
});
