import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadEncryptionKey } from './index.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quailrunner-key-'));
});
afterEach(() => rm(directory, { recursive: true }));

it('is made once, for its owner only, though many ask for it together', async () => {
  const dataDir = join(directory, 'new');
  const keys = await Promise.all(Array.from({ length: 20 }, () => loadEncryptionKey(dataDir)));
  expect(new Set(keys.map((one) => one.toString('hex'))).size).toBe(1);
  expect(keys[0]).toHaveLength(32);
  expect((await stat(join(dataDir, 'encryption.key'))).mode & 0o777).toBe(0o600);
  expect(await readdir(dataDir)).toEqual(['encryption.key']);
});

it('is read where nothing can be written', async () => {
  const key = await loadEncryptionKey(directory);
  await chmod(directory, 0o500);
  expect(await loadEncryptionKey(directory).finally(() => chmod(directory, 0o700))).toEqual(key);
});

it('is never replaced when it is broken', async () => {
  await writeFile(join(directory, 'encryption.key'), 'half a k');
  await expect(loadEncryptionKey(directory)).rejects.toMatchObject({ code: 'ENCRYPTION_KEY_BROKEN' });
});
