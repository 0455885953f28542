import { randomUUID } from 'node:crypto';
import type { Dispatch } from '@quailrunner/domain';
import {
  type Attempts,
  claimEntities,
  ensureLane,
  type FinishedAttempt,
  feedRuns,
  openAttempts,
  openReceipts,
  readAudit,
  readRun,
  registerWorker,
  saveTask,
  saveTest,
  takeDueScan,
} from '@quailrunner/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  canaries,
  type MonitorStage,
  makeTask,
  openMonitorStage,
  postForm,
  signIn,
  textOf,
} from '../../../../test/support/monitor-stage.js';

const markup = '<script>alert(1)</script>';
const endings = ['failed', 'completed', 'unknown', 'throttled', 'waiting', 'marked'] as const;
type Ending = (typeof endings)[number];

let stage: MonitorStage;
let url: string;
let admin: string;
let viewer: string;
let laneId: number;
let attempts: Attempts;
const runs = {} as Record<Ending, string>;

/** The outcome of an attempt, whatever came of it. */
const outcomeOf = (dispatch: Dispatch): FinishedAttempt => ({
  ...dispatch,
  state: 'completed',
  verdict: 'accepted',
  spent: true,
  dueInMs: 0,
  durationMs: 120,
});

const outcomes: Partial<Record<Ending, Partial<FinishedAttempt>>> = {
  failed: {
    state: 'failed',
    verdict: 'refused',
    httpStatus: 400,
    code: '21211',
    reason: 'The number in To is not a valid phone number.',
    excerpt: `{"code":21211,"message":"${canaries.firstName} has no number","echo":"${canaries.body}"}`,
  },
  completed: { httpStatus: 201, sid: 'SM00000000000000000000000000000001' },
  unknown: { state: 'unknown', verdict: 'unknown', code: 'TIMEOUT', reason: 'no answer in time', dueInMs: 20_000 },
  throttled: {
    state: 'pending',
    verdict: 'throttled',
    spent: false,
    dueInMs: 60_000,
    httpStatus: 429,
    code: '20429',
    reason: 'Too many requests at once for the account.',
  },
  marked: { state: 'failed', verdict: 'refused', code: 'HTTP_400', reason: markup, excerpt: markup },
};

beforeAll(async () => {
  stage = await openMonitorStage();
  const { ledger } = stage;
  await saveTask(ledger, makeTask('welcome-sms'), { kind: 'user', name: 'ann' });
  const scan = await takeDueScan(ledger);
  if (scan === undefined) throw new Error('no scan is due');
  laneId = await ensureLane(ledger, `twilio/AC${'0'.repeat(31)}7/${canaries.sender}`, { defaultRate: 10 });
  const columns = { phone_number: canaries.phone, first_name: canaries.firstName };
  const pkOf = (ending: Ending): string => (ending === 'marked' ? markup : `key-${ending}`);
  await claimEntities(
    ledger,
    scan,
    endings.map((ending) => ({ pk: pkOf(ending), columns, laneId })),
  );
  const workerId = randomUUID();
  await registerWorker(ledger, { workerId, host: 'worker-one', pid: 1 });
  attempts = openAttempts(ledger, { workerId });
  for (const fed of await feedRuns(ledger, { laneId, highWater: 100 })) {
    const ending = endings.find((each) => pkOf(each) === fed.entityPk) ?? 'waiting';
    runs[ending] = fed.runId;
    const outcome = outcomes[ending];
    if (outcome === undefined) continue;
    await attempts.start(fed);
    await attempts.finish({ ...outcomeOf(fed), ...outcome });
  }
  const receipts = openReceipts(ledger);
  const receipt = { runId: runs.completed, dispatch: 1, sid: 'SM00000000000000000000000000000001' };
  await receipts.record({ ...receipt, status: 'sent', delivery: 'sent', wasSent: true });
  await receipts.record({ ...receipt, status: 'undelivered', delivery: 'undelivered', code: '30005', wasSent: true });
  await receipts.drain();
  url = (await stage.startMonitor()).url;
  admin = await signIn(url, stage.password);
  await stage.ask(`insert into quailrunner.users (name, role, password_hash)
    select r, r, password_hash from quailrunner.users, unnest(array['viewer', 'operator']) as r where name = 'admin'`);
  viewer = await signIn(url, stage.password, 'viewer');
});
afterAll(() => stage.close());

const get = (path: string, cookie = admin): Promise<Response> =>
  fetch(`${url}${path}`, { headers: { cookie, accept: 'text/html' } });
const read = async (path: string, cookie = admin): Promise<string> => (await get(path, cookie)).text();
const post = (path: string, fields: Record<string, string> = {}, cookie = admin) =>
  postForm(`${url}${path}`, cookie, fields);
const stateOf = async (ending: Ending): Promise<string | undefined> =>
  (await readRun(stage.ledger, runs[ending]))?.state;
/** Without what the page was asked with. */
const found = (html: string): string[] =>
  Object.entries(canaries)
    .filter(([, canary]) => html.includes(canary) || html.includes(canary.replace('+', '')))
    .map(([name]) => name);

describe("a run's page", () => {
  it('tells the story of a failed run, from its scan to what its answer means', async () => {
    const text = textOf(await read(`/runs/${runs.failed}`));
    const story = text.slice(text.indexOf('Its story'));
    expect(text).toMatch(/Run \d+ failed 21211: The number in To is not a valid phone number\. Entity key-failed/);
    expect(story).toMatch(/Claimed [\d-]+ [\d:]+ UTC · .* Scan \d+ Task welcome-sms Revision 1/);
    expect(story).toMatch(/Fed to the queue of its lane .* Dispatch 1/);
    expect(story).toMatch(/Attempt 1 refused .* Refused: trying again can’t help\. 21211: The number in To/);
    expect(story).toMatch(/Status 400 Took 120ms Dispatch 1 Request of revision 1 Worker worker-one · [0-9a-f]{8}/);
    expect(story.indexOf('Claimed')).toBeLessThan(story.indexOf('Fed to'));
    expect(story.indexOf('Fed to')).toBeLessThan(story.indexOf('Attempt 1'));
    expect(story.indexOf('Attempt 1')).toBeLessThan(story.indexOf('Failed'));
  });

  it('tells what came of a message after it was taken', async () => {
    const text = textOf(await read(`/runs/${runs.completed}`));
    expect(text).toMatch(/completed undelivered/);
    expect(text).toContain('Not delivered. 30005: The number does not exist, or its handset is unknown.');
    expect(text).toMatch(/Attempt 1 accepted .* Message SM0+1 .* Receipt sent .* Receipt undelivered/);
  });

  it('tells what a run waits for', async () => {
    expect(textOf(await read(`/runs/${runs.throttled}`))).toMatch(
      /Attempt 1 throttled .* Too fast: not processed, costs no attempt\..* Waits for its turn It is not before/,
    );
    expect(textOf(await read(`/runs/${runs.unknown}`))).toMatch(
      /Nobody knows whether it was sent It is looked at next in/,
    );
    expect(textOf(await read(`/runs/${runs.waiting}`))).toContain('Waits in the queue of its lane');
  });

  it('shows the request without what is personal, and the row by its columns', async () => {
    const text = textOf(await read(`/runs/${runs.failed}`));
    expect(text).toContain('POST https://api.twilio.com/2010-04-01/Accounts/');
    expect(text).toContain('Authorization: •••');
    expect(text).toContain(`From •••06 To •••78 Text ${canaries.body.length} characters, 1 segment GSM-7`);
    expect(text).toContain('phone_number ••• first_name •••');
  });

  it('asks again while there may be something new, and no longer', async () => {
    expect(await read(`/runs/${runs.unknown}/part`)).toContain(`hx-get="/runs/${runs.unknown}/part"`);
    const final = await read(`/runs/${runs.failed}/part`);
    expect(final).not.toContain('hx-get');
    expect(final).not.toContain('<html');
  });

  it('of a test says that it is one', async () => {
    const entity = { entityPk: '7', columns: { phone_number: canaries.phone }, laneId };
    const runId = await saveTest(stage.ledger, makeTask('welcome-sms'), entity, { kind: 'user', name: 'ann' });
    const html = await read(`/runs/${runId}`);
    expect(textOf(html)).toContain('A test of welcome-sms');
    expect(html).toContain('href="/tasks/welcome-sms"');
    expect(textOf(html)).toContain('Sent as a test by a person');
  });

  it('is no page where there is no such run', async () => {
    for (const id of ['999999', '0', 'x', '99999999999999999999', '-1'])
      expect((await get(`/runs/${id}`)).status).toBe(404);
    expect((await post('/runs/999999/retry')).status).toBe(404);
    expect((await post('/runs/999999/reveal')).status).toBe(404);
    expect(await read('/runs/999999')).toContain('There is no such run');
  });

  it('says why a request can not be rendered', async () => {
    await stage.ask(`update quailrunner.runs set columns = '{"phone_number":"nothing"}' where id = ${runs.waiting}`);
    const text = textOf(await read(`/runs/${runs.waiting}`));
    expect(text).toMatch(/It can’t be rendered\. .*number.* NUMBER_INVALID/);
  });

  it('shows markup as text', async () => {
    const html = await read(`/runs/${runs.marked}`);
    expect(html).not.toContain(markup);
    expect(html.split('&lt;script&gt;').length).toBeGreaterThan(3);
    expect(await read('/runs')).not.toContain(markup);
  });
});

describe('what is personal', () => {
  const paths = () => [
    '/runs',
    '/runs?state=failed',
    ...endings.flatMap((each) => [runs[each], `${runs[each]}/part`].map((path) => `/runs/${path}`)),
  ];

  it('is on no page, neither for viewers nor for operators', async () => {
    const operator = await signIn(url, stage.password, 'operator');
    for (const cookie of [viewer, operator, admin]) {
      for (const path of paths()) expect([path, found(await read(path, cookie))]).toEqual([path, []]);
    }
  });

  it('is shown once to an operator who asks for it, and the audit has that; credentials stay masked', async () => {
    const operator = await signIn(url, stage.password, 'operator');
    const answer = await post(`/runs/${runs.failed}/reveal`, {}, operator);
    const html = await answer.text();
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(found(html)).toEqual(['phone', 'sender', 'firstName', 'body']);
    expect(html).toContain('Basic ********');
    expect(found(await read(`/runs/${runs.failed}`, operator))).toEqual([]);
    const audit = await readAudit(stage.ledger, { limit: 9 }, { act: 'run.revealed' });
    expect(audit).toMatchObject([
      { by: { kind: 'user', name: 'operator' }, subject: { kind: 'run', id: runs.failed } },
    ]);
    expect(JSON.stringify(audit)).not.toContain(canaries.firstName);
    expect(textOf(await read(`/runs/${runs.failed}`))).toContain('operator looked at its personal data');
  });
});

describe('a viewer', () => {
  it('sees no button, and may not press one', async () => {
    for (const ending of endings) {
      const page = await read(`/runs/${runs[ending]}`, viewer);
      expect(page).not.toMatch(/action="\/runs/);
      for (const act of ['retry', 'cancel', 'resolve', 'reveal'])
        expect((await post(`/runs/${runs[ending]}/${act}`, { became: 'sent' }, viewer)).status).toBe(403);
    }
    for (const act of ['retry', 'cancel'])
      expect((await post(`/runs/${act}`, { run: runs.failed }, viewer)).status).toBe(403);
    expect(await read('/runs', viewer)).not.toMatch(/type="checkbox"|method="post" action="\/runs/);
    expect(await stateOf('failed')).toBe('failed');
  });
});

describe('what may be done next', () => {
  const buttonsOf = async (ending: Ending): Promise<string[]> =>
    [...(await read(`/runs/${runs[ending]}`)).matchAll(/action="\/runs\/\d+\/(\w+)"/g)].map(([, act]) => act ?? '');

  it('fits the state', async () => {
    expect(await buttonsOf('failed')).toEqual(['retry', 'reveal']);
    expect(await buttonsOf('unknown')).toEqual(['resolve', 'reveal']);
    expect(await buttonsOf('throttled')).toEqual(['cancel', 'reveal']);
    expect(await buttonsOf('completed')).toEqual(['reveal']);
  });

  it('where the run has moved meanwhile says so, and changes nothing', async () => {
    for (const [ending, act] of [
      ['completed', 'retry'],
      ['failed', 'cancel'],
      ['failed', 'resolve'],
    ] as const) {
      const before = await readRun(stage.ledger, runs[ending]);
      const answer = await post(`/runs/${runs[ending]}/${act}`, { became: 'sent' });
      expect(answer.status).toBe(409);
      expect(textOf(await answer.text())).toContain(`The run has moved on: it is ${before?.state} now`);
      expect(await readRun(stage.ledger, runs[ending])).toEqual(before);
    }
  });

  it('asks what became of an unknown run, and takes no other answer', async () => {
    expect((await post(`/runs/${runs.unknown}/resolve`)).status).toBe(400);
    const html = await read(`/runs/${runs.unknown}`);
    expect(textOf(html)).toContain('the recipient gets it twice');
    const answer = await post(`/runs/${runs.unknown}/resolve`, { became: 'sent' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/runs/${runs.unknown}`]);
    const text = textOf(await read(`/runs/${runs.unknown}`));
    expect(text).toMatch(/Settled by a person/);
    expect(text).toContain('admin said that it was sent');
    expect(await stateOf('unknown')).toBe('completed');
  });

  it('is a retry of what failed and the end of what waits, with who did it in its story', async () => {
    expect((await post(`/runs/${runs.failed}/retry`)).status).toBe(303);
    expect(await stateOf('failed')).toBe('pending');
    expect(textOf(await read(`/runs/${runs.failed}`))).toMatch(/admin queued it again .* By admin \(signed in\)/);
    expect((await post(`/runs/${runs.failed}/cancel`)).status).toBe(303);
    const text = textOf(await read(`/runs/${runs.failed}`));
    expect(text).toMatch(/admin canceled it .* Canceled .* Canceled by admin\./);
    expect(await stateOf('failed')).toBe('canceled');
  });
});
