/** The product's own modules and what each of them imports, read from the files. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

export interface Module {
  /** From the top of the repository: `packages/domain/src/task.ts`. */
  readonly path: string;
  /** `domain`, `scheduler`: the package or app it belongs to. */
  readonly room: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const importPattern = /(?:^|\n)(?:import|export)\s(?:[\w*{}\s,$]+?\sfrom\s)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

export const readModules = (): Module[] =>
  ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).flatMap((room) =>
      listFiles(join(root, group, room, 'src'))
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
        .map((file) => toModule(file, room)),
    ),
  );

const toModule = (file: string, room: string): Module => {
  const text = readFileSync(file, 'utf8');
  const imports = [...text.matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? '');
  return { path: relative(root, file).split(sep).join('/'), room, text, imports };
};

const listFiles = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? listFiles(path) : [path];
  });
