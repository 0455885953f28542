import { readLanes, readRun } from '@quailrunner/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  claimRuns,
  endRuns,
  type MonitorStage,
  openMonitorStage,
  signIn,
  textOf,
} from '../../../../test/support/monitor-stage.js';

let stage: MonitorStage;
let url: string;
let cookie: string;

beforeAll(async () => {
  stage = await openMonitorStage();
  await endRuns(stage, await claimRuns(stage.ledger, 'welcome-sms', 117), { completed: 7, failed: 3 });
  await claimRuns(stage.ledger, 'other', 5);
  url = (await stage.startMonitor()).url;
  cookie = await signIn(url, stage.password);
});
afterAll(() => stage.close());

const get = (path: string): Promise<Response> => fetch(`${url}${path}`, { headers: { cookie, accept: 'text/html' } });
const read = async (path: string): Promise<string> => (await get(path)).text();
const idsOf = (html: string): number[] =>
  [...html.matchAll(/<th class="id"[^>]*><a href="\/runs\/(\d+)"/g)].map(([, id]) => Number(id));
const linkOf = (html: string, text: string): string | undefined =>
  new RegExp(`href="([^"]+)"[^>]*>${text}`).exec(html)?.[1]?.replaceAll('&amp;', '&');

describe('the runs', () => {
  it('are all there, the newest first, page by page', async () => {
    const seen: number[] = [];
    const sizes: number[] = [];
    for (let path: string | undefined = '/runs'; path !== undefined; ) {
      const html = await read(path);
      const ids = idsOf(html);
      seen.push(...ids);
      sizes.push(ids.length);
      expect(linkOf(html, '← Newest')).toBe(path === '/runs' ? undefined : '/runs');
      path = linkOf(html, 'Older →');
    }
    expect(sizes).toEqual([50, 50, 22]);
    expect(seen).toEqual([...new Set(seen)].toSorted((one, other) => other - one));
    expect(textOf(await read('/runs?before=1'))).toContain('No older run.');
  });

  it('are found by all that the form asks, and the pages keep it', async () => {
    expect(idsOf(await read('/runs?entity=welcome-sms-3'))).toHaveLength(1);
    expect(idsOf(await read('/runs?task=other'))).toHaveLength(5);
    expect(idsOf(await read('/runs?state=completed&since=2h'))).toHaveLength(7);
    expect(idsOf(await read('/runs?code=21211'))).toHaveLength(3);
    expect(idsOf(await read('/runs?until=2h'))).toHaveLength(0);
    const [lane] = await readLanes(stage.ledger);
    const html = await read(`/runs?task=welcome-sms&lane=${lane?.laneId}`);
    expect(linkOf(html, 'Older →')).toMatch(/^\/runs\?task=welcome-sms&lane=\d+&before=\d+$/);
    expect(idsOf(await read(linkOf(html, 'Older →') ?? ''))).toHaveLength(50);
    expect(textOf(await read('/runs?entity=nobody'))).toContain('No run is so.');
  });

  it('tell what each is and why', async () => {
    const text = textOf(await read('/runs?state=failed'));
    expect(text).toMatch(/welcome-sms welcome-sms-\d+ failed 21211 not a valid phone number 1 \d*(ms|s| ago|just now)/);
  });

  it('say at the field what is wrong there and how to write it', async () => {
    const answer = await get('/runs?since=noon&state=done&entity=%3Cb%3E');
    const html = await answer.text();
    expect(answer.status).toBe(400);
    expect(html).toMatch(/value="noon"[^>]*aria-invalid="true" aria-describedby="wrong-since"/);
    expect(html).toMatch(/id="wrong-since">Write a time as 2026-11-25[^<]*2h/);
    expect(html).toContain('id="wrong-state"');
    expect(html).toContain('value="&lt;b&gt;"');
    expect(idsOf(html)).toEqual([]);
  });

  it('that failed link to the retry of all of them', async () => {
    const html = await read('/runs?task=welcome-sms&state=failed&code=21211');
    expect(linkOf(html, 'Retry these 3…')).toBe('/retries/new?task=welcome-sms&code=21211');
    expect(await read('/runs?state=failed&since=2h')).toMatch(
      /retries\/new\?since=20[^"]+">Retry what failed since 2h ago…/,
    );
    expect(await read('/runs?state=completed')).not.toContain('/retries/new');
    expect(await read('/runs?state=failed&entity=x')).not.toContain('/retries/new');
  });
});

describe('those chosen', () => {
  const choose = async (path: string, runIds: readonly (number | string)[], back = '/runs'): Promise<Response> => {
    const token = /name="_csrf" value="([^"]+)"/.exec(await read('/runs'))?.[1] ?? '';
    const body = new URLSearchParams({ _csrf: token, back });
    for (const runId of runIds) body.append('run', String(runId));
    return fetch(`${url}${path}`, { method: 'POST', headers: { cookie }, body, redirect: 'manual' });
  };
  const stateOf = async (runId: number | undefined): Promise<string | undefined> =>
    (await readRun(stage.ledger, String(runId)))?.state;

  it('are canceled where they wait, and the page says what became of the others', async () => {
    const waiting = idsOf(await read('/runs?task=other')).slice(0, 2);
    const completed = idsOf(await read('/runs?state=completed')).slice(0, 1);
    const answer = await choose('/runs/cancel', [...waiting, ...completed], '/runs?task=other');
    const back = answer.headers.get('location') ?? '';
    expect([answer.status, back]).toEqual([303, '/runs?task=other&done=canceled&changed=2&chosen=3']);
    expect(textOf(await read(back))).toContain('2 of 3 are canceled. The other 1 had moved on');
    expect(await Promise.all([...waiting, ...completed].map(stateOf))).toEqual(['canceled', 'canceled', 'completed']);
  });

  it('wait again where they had failed', async () => {
    const failed = idsOf(await read('/runs?state=failed'));
    const answer = await choose('/runs/retry', failed, 'https://evil.example/?state=failed');
    expect(answer.headers.get('location')).toBe('/runs?state=failed&done=retried&changed=3&chosen=3');
    expect(await Promise.all(failed.map(stateOf))).toEqual(['pending', 'pending', 'pending']);
  });

  it('are at least one and at most a hundred', async () => {
    expect((await choose('/runs/cancel', [])).status).toBe(400);
    expect((await choose('/runs/cancel', ['1; drop table'])).status).toBe(400);
    expect(
      (
        await choose(
          '/runs/cancel',
          Array.from({ length: 101 }, (_, n) => n + 1),
        )
      ).status,
    ).toBe(400);
  });
});
