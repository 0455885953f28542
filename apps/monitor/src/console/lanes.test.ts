import { ensureLane, type LaneRow, readLanes, recordBackoff } from '@quailrunner/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  canaries,
  claimRuns,
  endRuns,
  type MonitorStage,
  openMonitorStage,
  postForm,
  signIn,
  textOf,
} from '../../../../test/support/monitor-stage.js';

let stage: MonitorStage;
let url: string;
let cookie: string;
let busy: number;
let other: number;

beforeAll(async () => {
  stage = await openMonitorStage();
  const { ledger } = stage;
  busy = await claimRuns(ledger, 'welcome-sms', 1_300);
  await endRuns(stage, busy, { completed: 7, failed: 2 });
  other = await ensureLane(ledger, 'host/one.example.com', { defaultRate: 0.5 });
  await stage.ask(`update quailrunner.lanes set state = 'held', reason = '20003: <b>' where key like '%one%'`);
  const laneId = await ensureLane(ledger, 'host/three.example.com', { defaultRate: 8 });
  await recordBackoff(ledger, { laneId, backoffMs: 60_000, code: 'HTTP_429', slowed: { pace: 4, ceiling: 8 } });
  url = (await stage.startMonitor()).url;
  cookie = await signIn(url, stage.password);
});
afterAll(() => stage.close());

const read = async (path: string): Promise<string> => (await fetch(`${url}${path}`, { headers: { cookie } })).text();
const laneOf = async (laneId: number): Promise<LaneRow | undefined> =>
  (await readLanes(stage.ledger)).find((lane) => lane.laneId === laneId);
const post = (path: string, fields: Record<string, string> = {}) => postForm(`${url}${path}`, cookie, fields);

describe('the lanes', () => {
  it('are shown with their rate, what waits, and how long that takes', async () => {
    const text = textOf(await read('/lanes'));
    expect(text).toContain('twilio/AC0000…0007/•••06 open');
    expect(text).toMatch(/Rate 10\/s Waiting 300 Queued 991 Sending 0 Done in 2m 9s/);
  });

  it('tell what stops or slows them, as text', async () => {
    const html = await read('/lanes/part');
    expect(html).toContain('20003: &lt;b&gt;');
    expect(textOf(html)).toMatch(/host\/three\.example\.com open lane \d+ HTTP_429: rests for (60|5\d) s/);
    expect(html).not.toContain(canaries.sender.slice(1));
    expect(html).not.toContain('<html');
  });

  it('are paused and resumed by a form, at once and by name', async () => {
    const answer = await post(`/lanes/${busy}/pause`);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/lanes#lane-${busy}`]);
    expect(await laneOf(busy)).toMatchObject({ state: 'paused', reason: 'admin' });
    expect(textOf(await read('/lanes'))).toContain('paused lane 1 by admin');
    await post(`/lanes/${busy}/resume`);
    expect(await laneOf(busy)).toMatchObject({ state: 'open' });
    await post(`/lanes/${other}/resume`);
    expect(await laneOf(other)).toMatchObject({ state: 'open' });
  });

  it('take another rate, and give it back', async () => {
    await post(`/lanes/${other}/rate`, { rate: '90/min' });
    expect(await laneOf(other)).toMatchObject({ ratePerSecond: 1.5 });
    expect(textOf(await read('/lanes'))).toContain('1.5/s set by a person');
    await post(`/lanes/${other}/rate`, { usual: 'yes' });
    expect(await laneOf(other)).toMatchObject({ ratePerSecond: 0.5 });
  });

  it('say how a rate is written when it was not understood, and keep theirs', async () => {
    for (const rate of ['fast', '', '0/s']) {
      const answer = await post(`/lanes/${other}/rate`, { rate });
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('10/s, 60/min or 1000/h')]);
    }
    expect(await laneOf(other)).toMatchObject({ ratePerSecond: 0.5 });
  });

  it('that nobody knows are not there', async () => {
    for (const id of ['99999', 'x', '1e9', '-1']) expect((await post(`/lanes/${id}/pause`)).status).toBe(404);
  });
});

describe('an open page', () => {
  it('is told every two seconds that there may be something new, and never keeps the monitor from its end', async () => {
    const monitor = await stage.startMonitor();
    const answer = await fetch(`${monitor.url}/events`, { headers: { cookie } });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    let text = '';
    while (!text.includes('event: tick')) text += new TextDecoder().decode((await reader.read()).value);
    await monitor.close();
    await expect.poll(async () => (await reader.read()).done).toBe(true);
  });

  it('of nobody is told nothing', async () => {
    expect((await fetch(`${url}/events`, { redirect: 'manual' })).status).toBe(303);
  });
});
