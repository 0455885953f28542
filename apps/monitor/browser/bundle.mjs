/** Bundles what runs in the browser: each file beside this one for the pages that name it, into dist/browser. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const entries = readdirSync(here).filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'));

await build({
  entryPoints: entries.map((name) => join(here, name)),
  outdir: join(here, '..', 'dist', 'browser'),
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
  target: 'es2023',
  sourcemap: 'external',
  logLevel: 'warning',
});
