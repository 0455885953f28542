import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { QuailError } from '@quailrunner/domain';
import { parseKey } from './environment.js';

/**
 * The key of an embedded installation: `encryption.key` in the data directory, made at the first start, readable by its
 * owner only. Two processes that start together end up with the same key: the file appears whole, or not at all.
 */
export const loadEncryptionKey = async (dataDir: string): Promise<Buffer> => {
  const path = join(dataDir, 'encryption.key');
  const text = (await readIfThere(path)) ?? (await make(dataDir, path));
  const key = parseKey(text.trim());
  if (key) return key;
  throw new QuailError('ENCRYPTION_KEY_BROKEN', `${path} does not hold 32 bytes in base64: restore it from a backup`);
};

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
};

/** Whoever is first to link the draft to its name has made the key; the others read it. */
const make = async (dataDir: string, path: string): Promise<string> => {
  await mkdir(dataDir, { recursive: true });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flush: true });
  try {
    await link(draft, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft);
  }
  return readFile(path, 'utf8');
};

const isCode = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code;
