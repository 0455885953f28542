import {
  advanceBulkRetries,
  type BulkRetry,
  pauseLane,
  readAudit,
  readBulkRetries,
  resumeLane,
  startBulkRetry,
} from '@quailrunner/ledger';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ann } from '../../../../test/support/index.js';
import {
  canaries,
  claimRuns,
  endRuns,
  type MonitorStage,
  openMonitorStage,
  postForm,
  signIn,
  signInNew,
  textOf,
} from '../../../../test/support/monitor-stage.js';

let stage: MonitorStage;
let url: string;
let cookie: string;
let laneId: number;

beforeAll(async () => {
  stage = await openMonitorStage();
  laneId = await claimRuns(stage.ledger, 'welcome-sms', 80);
  await endRuns(stage, laneId, { completed: 5, failed: 25 });
  url = (await stage.startMonitor()).url;
  cookie = await signIn(url, stage.password);
});
afterAll(() => stage.close());

/** As it was in the beginning: 5 completed, 25 failed, 50 queued. */
beforeEach(async () => {
  await resumeLane(stage.ledger, laneId, ann);
  await stage.ask(`
    truncate quailrunner.bulk_retries, quailrunner.audit restart identity;
    update quailrunner.runs set state = 'completed', finished_at = now(), code = null, reason = null where id <= 5;
    update quailrunner.runs
    set state = 'failed', finished_at = now(), code = '21211', reason = 'not a valid phone number'
    where id between 6 and 30`);
});

const open = (path: string) => fetch(`${url}${path}`, { headers: { cookie } });
const read = async (path: string): Promise<string> => (await open(path)).text();
const post = (path: string, fields: Record<string, string> = {}) => postForm(`${url}${path}`, cookie, fields);
const retries = (): Promise<BulkRetry[]> => readBulkRetries(stage.ledger, { limit: 9 });
const hiddenOf = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/<input type="hidden" name="(task|code|since|until)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [name, value],
    ),
  );

describe('a new retry', () => {
  it('shows how many, in which lanes at which rate, how long that takes, and why they failed', async () => {
    const html = await read('/retries/new?task=welcome-sms&code=21211');
    const text = textOf(html);
    expect(text).toMatch(/twilio\/AC0000…0007\/•••06 25 10\/s 3s/);
    expect(text).toContain('21211 not a valid phone number 25');
    expect(text).toContain('Retry these 25 It takes 3s or more, at the rate of the slowest lane, and can be stopped');
    expect(html).not.toContain(canaries.sender.slice(1));
    expect(await retries()).toEqual([]);
  });

  it('counts nothing before it is asked to', async () => {
    expect(await read('/retries/new')).not.toContain('Retry these');
    expect(await read('/retries/new?task=&code=')).toContain('Retry these 25');
  });

  it('takes those that were counted, and nothing that failed after the page was shown', async () => {
    const html = await read('/retries/new?task=welcome-sms&since=2h');
    await stage.ask(`
      update quailrunner.runs set state = 'failed', finished_at = clock_timestamp(), code = '30003' where state = 'completed'`);
    const answer = await post('/retries', hiddenOf(html));
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/retries#retry-1']);
    expect(await retries()).toMatchObject([{ total: 25, by: { kind: 'user', name: 'admin' }, state: 'running' }]);
    expect(await advanceBulkRetries(stage.ledger)).toBe(25);
    expect(await readAudit(stage.ledger, { limit: 1 })).toMatchObject([
      { by: { kind: 'user', name: 'admin' }, act: 'retry.started', subject: { kind: 'retry', id: '1' } },
    ]);
  });

  it('says what stands still, and when nothing has failed so', async () => {
    await pauseLane(stage.ledger, laneId, ann);
    expect(textOf(await read('/retries/new?task='))).toContain('1 of these lanes sends nothing at present');
    expect(textOf(await read('/retries/new?code=30003'))).toContain('No run has failed so.');
    const none = await post('/retries', { task: 'welcome-sms', code: '30003' });
    expect([none.status, await none.text()]).toEqual([409, expect.stringContaining('No run has failed so any more')]);
  });

  it.each([
    ['task=nope', 'There is no such task.'],
    ['since=then', 'Write a time as'],
    ['since=2026-02-30', 'Write a time as'],
    ['since=1h&until=2h', 'This is not after the time in'],
  ])('with %s says what is wrong, and begins nothing', async (query, said) => {
    const shown = await open(`/retries/new?${query}`);
    expect([shown.status, await shown.text()]).toEqual([400, expect.stringContaining(said)]);
    const posted = await post('/retries', Object.fromEntries(new URLSearchParams(query)));
    expect([posted.status, await posted.text()]).toEqual([400, expect.stringContaining(said)]);
    expect(await retries()).toEqual([]);
  });
});

describe('retries', () => {
  const start = async () => {
    await startBulkRetry(stage.ledger, { task: 'welcome-sms', code: '21211' }, ann);
    await advanceBulkRetries(stage.ledger);
  };

  it('show how far they have come, what became of their runs, and what they wait for', async () => {
    expect(textOf(await read('/retries'))).toContain('No retries of many runs yet.');
    await start();
    await stage.ask(`
      update quailrunner.runs set state = 'completed', finished_at = now(), code = null
      where id in (select id from quailrunner.runs where state = 'pending' and dispatch > 0 order by id limit 5)`);
    await advanceBulkRetries(stage.ledger);
    await pauseLane(stage.ledger, laneId, ann);
    const html = await read('/retries/part');
    expect(html).not.toContain('<html');
    const text = textOf(html);
    expect(text).toMatch(/Retry 1: welcome-sms, 21211 running 20 % of 25 runs by ann, /);
    expect(text).toContain('20 of its runs wait: Lane 1 is paused.');
    expect(text).toContain('completed 5 failed again 0 on their way 20');
  });

  it('are stopped by a form, once, and say so', async () => {
    await start();
    const answer = await post('/retries/1/stop');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/retries#retry-1']);
    expect(await retries()).toMatchObject([{ state: 'stopped', returned: 25 }]);
    expect(textOf(await read('/retries'))).toMatch(/stopped 0 % of 25 runs .* not retried 25/);
    expect((await post('/retries/1/stop')).status).toBe(303);
    expect(await readAudit(stage.ledger, { limit: 9 }, { act: 'retry.stopped' })).toHaveLength(1);
  });

  it('that nobody knows are not there', async () => {
    for (const id of ['99', 'x', '-1', '99999999999999999999']) {
      expect((await post(`/retries/${id}/stop`)).status).toBe(404);
    }
  });

  it('are listed a page at a time', async () => {
    for (let number = 0; number < 22; number += 1) await startBulkRetry(stage.ledger, { task: 'welcome-sms' }, ann);
    const first = await read('/retries');
    expect([first.includes('id="retry-3"'), first.includes('id="retry-2"')]).toEqual([true, false]);
    expect(first).toContain('href="/retries?before=3"');
    const second = await read('/retries?before=3');
    expect([second.includes('id="retry-3"'), second.includes('id="retry-1"')]).toEqual([false, true]);
    expect(second).toContain('hx-get="/retries/part?before=3"');
  });

  it('are looked at by viewers, who begin and stop none', async () => {
    await start();
    const viewer = await signInNew(stage, url, { name: 'vera', role: 'viewer' });
    const pages = ['/retries', '/retries/part'];
    for (const page of pages) {
      const answer = await fetch(`${url}${page}`, { headers: { cookie: viewer } });
      expect(answer.status).toBe(200);
      expect(await answer.text()).not.toMatch(
        /action="\/retries[^"]*"[^>]*method="post"|method="post" action="\/retries/,
      );
    }
    expect((await fetch(`${url}/retries/new`, { headers: { cookie: viewer } })).status).toBe(403);
    for (const path of ['/retries', '/retries/1/stop']) {
      expect((await postForm(`${url}${path}`, viewer, { task: 'welcome-sms' })).status).toBe(403);
    }
    expect(await retries()).toMatchObject([{ state: 'running' }]);
  });
});
