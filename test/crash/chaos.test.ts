import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { ChaosOptions } from '../chaos/options.js';
import { runChaos } from '../chaos/run-chaos.js';

/** A short one; `npm run chaos` goes on for minutes. */
const storm: ChaosOptions = {
  scenario: 'storm',
  entities: 300,
  minutes: 0.2,
  seed: 67,
  receipts: true,
  lookUp: true,
  naive: false,
  keepLogs: false,
};

describe('while processes and stores are killed, frozen and emptied and Twilio answers wrongly', () => {
  it.concurrent('no message is lost and none is sent twice', async () => {
    const report = await runChaos(storm, () => {});
    expect(report).toMatchObject({ problems: [], lost: 0, twice: 0, messages: 300, runs: { completed: 300 } });
    expect(Object.keys(report.faults).length).toBeGreaterThan(5);
  }, 300_000);

  it.concurrent('repeating blindly what was not answered sends twice: the proof can fail', async () => {
    const report = await runChaos({ ...storm, naive: true, entities: 100 }, () => {});
    if (report.directory !== undefined) await rm(report.directory, { recursive: true });
    expect(report.twice).toBeGreaterThan(0);
    expect(report.problems).not.toEqual([]);
  }, 300_000);
});
