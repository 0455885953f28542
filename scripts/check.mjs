/** All of what can be said about the code without running it: `npm run check`. Every check runs, whatever the others found. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { resolveCommand } from './ready/hand-over.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const checks = [
  { name: 'types', command: ['tsc', '-b'] },
  { name: 'types of tests', command: ['tsc', '-p', 'tsconfig.tests.json'] },
  { name: 'types of browser code', command: ['tsc', '-p', 'apps/monitor/tsconfig.browser.json'] },
  { name: 'lint and format', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'layer rules', command: ['vitest', 'run', 'test/architecture'] },
  { name: 'unused code', command: ['knip', '--treat-config-hints-as-errors'] },
];

/** @param {string[]} command @returns {Promise<{ passed: boolean, output: string }>} */
const run = (command) =>
  new Promise((resolve) => {
    const [file, args] = resolveCommand(root, command);
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.once('error', (error) => resolve({ passed: false, output: error.message }));
    child.once('close', (code) => resolve({ passed: code === 0, output }));
  });

let failed = 0;
for (const { name, command } of checks) {
  const began = Date.now();
  const { passed, output } = await run(command);
  const took = `${((Date.now() - began) / 1_000).toFixed(1)} s`;
  console.log(`${passed ? 'passed' : 'FAILED'}  ${name} (${took})`);
  if (!passed) console.log(`${output.trimEnd()}\n`);
  if (!passed) failed += 1;
}
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
