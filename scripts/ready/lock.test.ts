import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../test/support/index.js';
import { withLock } from './lock.mjs';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'quailrunner-lock-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the lock', () => {
  it('lets one work at a time', async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await waitUntil(() => existsSync(join(dir, 'lock')), { what: 'the lock to be seen' });
      inside -= 1;
    };
    await Promise.all([withLock(dir, work), withLock(dir, work), withLock(dir, work)]);
    expect(most).toBe(1);
    expect(existsSync(join(dir, 'lock'))).toBe(false);
  });

  it('is given back when the work fails', async () => {
    await expect(withLock(dir, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await withLock(dir, async () => 'done')).toBe('done');
  });

  it('is taken from a process that was killed', async () => {
    writeFileSync(join(dir, 'lock'), 'somebody else');
    utimesSync(join(dir, 'lock'), new Date(), new Date(Date.now() - 60_000));
    expect(await withLock(dir, async () => 'done')).toBe('done');
  });
});
