import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../test/support/wait-until.js';

/** A real process is needed for real signals; it runs the package as built. */
const program = (app: string, shutdownTimeoutMs: number) => `
  import { runApp } from '@quailrunner/runtime';
  import { openLog } from '@quailrunner/telemetry';
  const log = openLog({ app: 'test', level: 'debug', format: 'json' });
  const never = new Promise((resolve) => setTimeout(resolve, 3_600_000));
  const start = async () => {
    setImmediate(() => console.log('up'));
    return ${app};
  };
  try {
    process.exit(await runApp({ log, shutdownTimeoutMs: ${shutdownTimeoutMs}, start }));
  } catch (fault) {
    console.log('refused: ' + fault.message);
    process.exit(7);
  }`;

let child: ChildProcess;
afterEach(() => child.kill('SIGKILL'));

const run = (app: string, shutdownTimeoutMs = 10_000) => {
  child = spawn(process.execPath, ['--input-type=module', '--eval', program(app, shutdownTimeoutMs)], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  // Not 'close', which never comes after disconnect().
  const ended = Promise.all([once(child, 'exit'), ...[child.stdout, child.stderr].map((out) => out && finished(out))]);
  const events = () => [...text.matchAll(/"msg":"([^"]+)"/g)].map((match) => match[1]);
  return {
    text: () => text,
    events,
    isUp: () => waitUntil(() => text.includes('up\n'), { what: 'the app to be up', timeoutMs: 20_000 }),
    saw: (event: string) => waitUntil(() => events().includes(event), { what: event, timeoutMs: 20_000 }),
    exitCode: async () => (await ended)[0][0] as number | null,
  };
};

const closesAtOnce = `{ close: async () => console.log('drained') }`;

describe('an app', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('finishes what it has when %s asks it to stop', async (signal) => {
    const app = run(closesAtOnce);
    await app.isUp();
    child.kill(signal);
    expect(await app.exitCode()).toBe(0);
    expect(app.events()).toEqual(['app.stopping', 'app.stopped']);
    expect(app.text()).toContain('drained');
  });

  it('stops when the process that started it is gone', async () => {
    const app = run(closesAtOnce);
    await app.isUp();
    child.disconnect();
    expect(await app.exitCode()).toBe(0);
    expect(app.text()).toContain('drained');
  });

  it('takes two signals at once for one, and a later one for the wish to end now', async () => {
    const app = run('{ close: () => never }');
    await app.isUp();
    child.kill('SIGINT');
    child.kill('SIGINT');
    await app.saw('app.stopping');
    expect(child.exitCode).toBeNull();
    await waitUntil(() => child.exitCode !== null || !child.kill('SIGINT'), { what: 'the end' });
    expect(await app.exitCode()).toBe(1);
    expect(app.text()).toContain('STOPPED_AT_ONCE');
  });

  it('is ended with code 1 when it does not close in time', async () => {
    const app = run('{ close: () => never }', 0);
    await app.isUp();
    child.kill('SIGTERM');
    expect(await app.exitCode()).toBe(1);
    expect(app.text()).toContain('SHUTDOWN_TIMEOUT');
  });

  it.each([
    ['an exception', `setImmediate(() => { throw new Error('to +15550100234'); })`],
    ['a rejection', `void Promise.reject(new Error('to +15550100234'))`],
  ])('drains and ends with code 1 after %s that nobody caught', async (_, fault) => {
    const app = run(`(${fault}, ${closesAtOnce})`);
    expect(await app.exitCode()).toBe(1);
    expect(app.text()).toContain('drained');
    expect(app.text()).toContain('to •••34');
    expect(app.events()).toContain('app.failed');
    expect(app.events().at(-1)).toBe('app.stopped');
  });

  it('ends with code 1 when closing fails', async () => {
    const app = run(`{ close: () => Promise.reject(new Error('stuck')) }`);
    await app.isUp();
    child.kill('SIGTERM');
    expect(await app.exitCode()).toBe(1);
    expect(app.text()).toContain('stuck');
  });

  it('leaves it to its caller to tell why it could not start', async () => {
    const app = run(`await Promise.reject(new Error('no DATABASE_URL'))`);
    expect(await app.exitCode()).toBe(7);
    expect(app.text()).toContain('refused: no DATABASE_URL');
  });

  it('ends at once when it is asked to stop while it starts', async () => {
    const app = run(`(process.kill(process.pid, 'SIGTERM'), await never)`);
    expect(await app.exitCode()).toBe(0);
    expect(app.events()).toEqual(['app.stopping', 'app.stopped']);
  });
});
