/** The two steps: install and build, both through the pinned pnpm, which npx brings. Quiet unless they fail. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A step that did not work; its message is all a person gets to read. */
export class StepFailure extends Error {}

/** @param {string} root */
export const install = (root) =>
  step(root, `Installing packages with ${pinnedPnpm(root)}`, ['install', '--frozen-lockfile', '--prod=false']);

/** @param {string} root */
export const build = (root) =>
  step(root, 'Building', ['exec', 'turbo', 'run', 'build', '--ui=stream', '--output-logs=errors-only']);

/** @param {string} root */
const pinnedPnpm = (root) => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager;

/** @param {string} root @param {string} title @param {string[]} pnpmArgs */
const step = async (root, title, pnpmArgs) => {
  const began = Date.now();
  process.stderr.write(`${title} … `);
  const { code, output } = await run(root, 'npx', ['--yes', pinnedPnpm(root), ...pnpmArgs]);
  if (code === 0) {
    process.stderr.write(`${((Date.now() - began) / 1_000).toFixed(1)} s\n`);
    return;
  }
  process.stderr.write(`failed\n\n${output.trimEnd()}\n\n`);
  throw new StepFailure(explain(title, output));
};

/** What the user's npm is set up for (registry, proxy, cache) holds here too; only what would ask or skip is set. */
const stepEnv = {
  CI: 'true',
  NODE_ENV: 'development',
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  REDISMS_DISABLE_POSTINSTALL: '1',
};

/** @param {string} cwd @param {string} file @param {string[]} args @returns {Promise<{ code: number, output: string }>} */
const run = (cwd, file, args) =>
  new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env: { ...process.env, ...stepEnv }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (/** @type {Buffer} */ chunk) => {
      output += chunk;
    };
    const end = () => child.kill();
    process.once('exit', end);
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => resolve({ code: 1, output: `${output}\n${file}: ${error.message}` }));
    child.once('close', (code) => {
      process.off('exit', end);
      resolve({ code: code ?? 1, output });
    });
  });

const networkFault =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_PNPM_META_FETCH_FAIL|ERR_SOCKET_TIMEOUT/;

/** @param {string} title @param {string} output */
export const explain = (title, output) => {
  if (/npx: (spawn )?.*ENOENT/.test(output)) {
    return `${title} failed: there is no npx on PATH. It comes with npm: install npm and run the same command again.`;
  }
  const fault = networkFault.exec(output)?.[0];
  if (fault === undefined) return `${title} failed: what it said stands above.`;
  return (
    `${title} failed: npm's registry can't be reached (${fault}). Look at your network, your proxy (HTTPS_PROXY) and ` +
    '`npm config get registry`, then run the same command again: it goes on where it stopped.'
  );
};
