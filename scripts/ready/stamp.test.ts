import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashPackages, hashSources, isBuilt, readStamp, writeStamp } from './stamp.mjs';

let root: string;

const write = (path: string, content: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'quailrunner-ready-'));
  write('package.json', '{}');
  write('pnpm-lock.yaml', 'lockfileVersion: 9');
  write('packages/domain/package.json', '{}');
  write('packages/domain/tsconfig.json', '{}');
  write('packages/domain/src/index.ts', 'export {};');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('what the install depends on', () => {
  it('changes with the lock file and with the package.json of any workspace', () => {
    const before = hashPackages(root);
    write('pnpm-lock.yaml', 'lockfileVersion: 10');
    const relocked = hashPackages(root);
    write('apps/worker/package.json', '{}');
    expect(new Set([before, relocked, hashPackages(root)]).size).toBe(3);
  });

  it('does not change with the sources', () => {
    const before = hashPackages(root);
    write('packages/domain/src/index.ts', 'export const one = 1;');
    expect(hashPackages(root)).toBe(before);
  });
});

describe('what the build depends on', () => {
  it('changes with a new, a changed and a moved source', () => {
    const hashes = [hashSources(root)];
    write('packages/domain/src/deep/one.ts', 'export const one = 1;');
    hashes.push(hashSources(root));
    write('packages/domain/src/deep/one.ts', 'export const one = 2;');
    hashes.push(hashSources(root));
    rmSync(join(root, 'packages/domain/src/deep'), { recursive: true });
    write('packages/domain/src/one.ts', 'export const one = 2;');
    hashes.push(hashSources(root));
    expect(new Set(hashes).size).toBe(4);
  });

  it('does not change with the time of a file, nor with tests', () => {
    const before = hashSources(root);
    utimesSync(join(root, 'packages/domain/src/index.ts'), 1, 1);
    write('packages/domain/src/index.test.ts', 'export {};');
    expect(hashSources(root)).toBe(before);
  });

  it('is not there until every workspace has its output', () => {
    mkdirSync(join(root, 'packages/domain/dist'));
    expect(isBuilt(root)).toBe(false);
    write('packages/domain/tsconfig.tsbuildinfo', '{}');
    expect(isBuilt(root)).toBe(true);
  });
});

describe('the stamp', () => {
  it('is read as it was written, and is empty where there is none or half of one', () => {
    expect(readStamp(root)).toEqual({});
    writeStamp(root, { packages: 'a', sources: 'b' });
    expect(readStamp(root)).toEqual({ packages: 'a', sources: 'b' });
    write('.ready/stamp.json', '{"packages":');
    expect(readStamp(root)).toEqual({});
  });
});
