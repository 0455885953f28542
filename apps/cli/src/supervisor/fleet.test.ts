import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../../test/support/index.js';
import { type ChildSpec, startChild } from './child.js';
import { type Fleet, type FleetOptions, openFleet } from './fleet.js';

let directory: string;
let notes: string;
const fleets: Fleet[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quailrunner-fleet-'));
  notes = join(directory, 'notes');
  await writeFile(notes, '');
});

afterEach(async () => {
  for (const fleet of fleets.splice(0)) fleet.kill();
  await rm(directory, { recursive: true });
});

const open = (options: Partial<FleetOptions> = {}): Fleet => {
  const fleet = openFleet({ stopLimitMs: 5_000, ...options });
  fleets.push(fleet);
  return fleet;
};

/** Writes down when it is up and when it stops, as the apps do it: up by a message, stopped by SIGTERM. */
const good = `
  const { appendFileSync } = require('node:fs');
  const note = (text) => appendFileSync(process.env.NOTES, text + ' ' + process.env.NAME + '\\n');
  process.on('SIGTERM', () => { note('stopped'); process.exit(0); });
  setInterval(() => {}, 1000);
  process.send({ kind: 'ready', url: 'http://' + process.env.NAME });
  note('started');`;

const makeSpec = (name: string, script: string): ChildSpec => ({
  name,
  command: [process.execPath, '-e', script],
  env: { NAME: name, NOTES: notes },
  output: () => {},
});

const readNotes = async (): Promise<string[]> => (await readFile(notes, 'utf8')).split('\n').filter(Boolean);

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('a fleet', () => {
  it('hands on what each app announces', async () => {
    expect(await open().launch([makeSpec('a', good), makeSpec('b', good)])).toEqual([
      { kind: 'ready', url: 'http://a' },
      { kind: 'ready', url: 'http://b' },
    ]);
  });

  it('stops the last row first, and each row to its end', async () => {
    const fleet = open();
    for (const name of ['sandbox', 'monitor', 'worker']) await fleet.launch([makeSpec(name, good)]);
    await fleet.stop();
    expect((await readNotes()).slice(3)).toEqual(['stopped worker', 'stopped monitor', 'stopped sandbox']);
  });

  it('says who could not be started', async () => {
    await expect(open().launch([makeSpec('good', good), makeSpec('bad', 'process.exit(3)')])).rejects.toThrow(
      'bad could not be started (exit code 3)',
    );
  });

  it('says that a program is missing', async () => {
    const spec = { ...makeSpec('lost', ''), command: ['/no/such/program'] as [string] };
    await expect(open().launch([spec])).rejects.toThrow('lost could not be started (no such program)');
  });

  it('breaks when an app ends that should not have', async () => {
    const fleet = open();
    const short = `process.send({ kind: 'ready' }, () => process.exit(7))`;
    await fleet.launch([makeSpec('good', good), makeSpec('short', short)]);
    await expect(fleet.broken).rejects.toThrow('short has ended (exit code 7)');
  });

  it('starts an app again that crashed, waiting longer each time', async () => {
    const restarts: { name: string; ending: string; waitMs: number }[] = [];
    const fleet = open({ onRestart: (event) => restarts.push(event) });
    const twice = `
      const { readFileSync } = require('node:fs');
      const crashed = readFileSync(process.env.NOTES, 'utf8').split('started').length > 2;
      ${good}
      if (!crashed) setTimeout(() => process.exit(9), 10);`;
    await fleet.launch([makeSpec('weak', twice)]);
    await waitUntil(async () => (await readNotes()).length === 3, { what: 'the third start' });
    expect(restarts).toEqual([
      { name: 'weak', ending: 'exit code 9', waitMs: 1_000 },
      { name: 'weak', ending: 'exit code 9', waitMs: 2_000 },
    ]);
  });

  it('leaves nothing behind when it is stopped while it waits for a restart', async () => {
    const fleet = open({ onRestart: () => void fleet.stop() });
    const short = `require('node:fs').appendFileSync(process.env.NOTES, 'started\\n');
      process.send({ kind: 'ready' }, () => process.exit(7))`;
    await fleet.launch([makeSpec('short', short)]);
    await waitUntil(async () => (await readNotes()).length === 1, { what: 'the first start' });
    await fleet.stop();
    expect(await readNotes()).toEqual(['started']);
  });
});

describe('a child', () => {
  it('that does not stop is killed, with what it started', async () => {
    const pids: number[] = [];
    const stubborn = `
      process.on('SIGTERM', () => {});
      setInterval(() => {}, 1000);
      const { pid } = require('node:child_process').spawn('sleep', ['600']);
      console.log(pid);
      process.send({ kind: 'ready' });`;
    const child = startChild({ ...makeSpec('stubborn', stubborn), output: (line) => pids.push(Number(line)) });
    await child.ready;
    await waitUntil(() => pids.length === 1, { what: 'the pid' });
    await child.stop(200);
    expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL' });
    await waitUntil(() => !isAlive(pids[0] as number), { what: 'the end of its own child' });
  });

  it('hands on what it writes, line by line', async () => {
    const lines: string[] = [];
    const script = `console.log('one\\ntwo'); console.error('three'); process.send({ kind: 'ready' })`;
    await startChild({ ...makeSpec('talker', script), output: (line) => lines.push(line) }).ended;
    await waitUntil(() => lines.length === 3, { what: 'three lines' });
    expect(lines.toSorted()).toEqual(['one', 'three', 'two']);
  });
});
