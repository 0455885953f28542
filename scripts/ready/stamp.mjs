/**
 * Tells whether anything changed since the last install and build: a stamp keeps a hash of the contents of what they
 * depend on (contents, not times: a fresh checkout or a copied tree is no change).
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ packages?: string, sources?: string }} Stamp */

const stampFile = '.ready/stamp.json';
const workspaceDirs = ['packages', 'apps', 'test', 'bench'];

/** `test` is compiled from folders of its own, and what runs in a browser stands apart. */
const sourceDirs = ['src', 'browser', 'chaos', 'support'];

/** @param {string} root @returns {Stamp} */
export const readStamp = (root) => {
  try {
    return JSON.parse(readFileSync(join(root, stampFile), 'utf8'));
  } catch {
    return {};
  }
};

/** Moved into its place whole: a reader never sees half of it. @param {string} root @param {Stamp} stamp */
export const writeStamp = (root, stamp) => {
  const half = join(root, `${stampFile}.${process.pid}`);
  mkdirSync(join(root, '.ready'), { recursive: true });
  writeFileSync(half, JSON.stringify(stamp));
  renameSync(half, join(root, stampFile));
};

/** What the install depends on. @param {string} root */
export const hashPackages = (root) => {
  const manifests = listWorkspaces(root, workspaceDirs).map((dir) => `${dir}/package.json`);
  const hash = hashFiles(root, ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests]);
  return `${process.platform}-${process.arch}-${hash}`;
};

/** What the build depends on. @param {string} root */
export const hashSources = (root) => {
  const files = listBuilt(root).flatMap((dir) => [
    `${dir}/package.json`,
    `${dir}/tsconfig.json`,
    ...sourceDirs.flatMap((name) => listFiles(root, `${dir}/${name}`)).filter((file) => !file.endsWith('.test.ts')),
  ]);
  return hashFiles(root, ['tsconfig.base.json', 'tsconfig.json', 'turbo.json', ...files]);
};

/** pnpm writes this file last. @param {string} root */
export const isInstalled = (root) => existsSync(join(root, 'node_modules/.modules.yaml'));

/** @param {string} root */
export const isBuilt = (root) =>
  listBuilt(root).every((dir) => ['dist', 'tsconfig.tsbuildinfo'].every((made) => existsSync(join(root, dir, made))));

/** The workspaces that TypeScript compiles. @param {string} root */
const listBuilt = (root) =>
  listWorkspaces(root, workspaceDirs).filter((dir) => existsSync(join(root, dir, 'tsconfig.json')));

/** Folders with a package.json: `packages/ledger`, and `test` itself. @param {string} root @param {string[]} dirs */
const listWorkspaces = (root, dirs) =>
  dirs
    .flatMap((dir) => [dir, ...listDirs(join(root, dir)).map((name) => `${dir}/${name}`)])
    .filter((dir) => existsSync(join(root, dir, 'package.json')));

/** @param {string} dir */
const listDirs = (dir) => {
  if (!existsSync(dir)) return [];
  const entries = readdirSync(dir, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && entry.name !== 'node_modules').map((entry) => entry.name);
};

/** Every file below `dir`, as paths from `root`. @param {string} root @param {string} dir @returns {string[]} */
const listFiles = (root, dir) => {
  if (!existsSync(join(root, dir))) return [];
  return readdirSync(join(root, dir), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? listFiles(root, `${dir}/${entry.name}`) : [`${dir}/${entry.name}`],
  );
};

/** A file that isn't there counts as an empty one. @param {string} root @param {string[]} files */
const hashFiles = (root, files) => {
  const hash = createHash('sha256');
  for (const file of [...files].sort()) {
    const path = join(root, file);
    const content = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
};
