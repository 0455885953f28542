import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ApiClient, openApiClient } from '@quailrunner/delivery';
import type { Dispatch } from '@quailrunner/domain';
import { openReceipts, readRun } from '@quailrunner/ledger';
import { silentLog } from '@quailrunner/telemetry';
import { messageCodes } from '@quailrunner/twilio';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeLedger, makeQueuedRuns, makeWorker, readState, type TestLedger } from '../../ledger/test/make-ledger.js';
import { compileTask } from './compile-task.js';
import { resolveUnknown } from './resolve-unknown.js';

let test: TestLedger;
let twilio: Server;
let apiClient: ApiClient;
/** What Twilio's list answers: messages by their sids, or a status. */
let answer: readonly string[] | number;
let looks = 0;

beforeAll(async () => {
  test = await makeLedger();
  twilio = createServer((_, response) => {
    looks += 1;
    response.statusCode = typeof answer === 'number' ? answer : 200;
    response.end(typeof answer === 'number' ? '' : JSON.stringify(pageOf(answer)));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => twilio.once('listening', resolve));
  const { port } = twilio.address() as AddressInfo;
  apiClient = openApiClient({ allowPrivateTargets: [], twilioBaseUrl: `http://127.0.0.1:${port}` });
});
afterAll(async () => {
  await apiClient.close();
  twilio.close();
  await test.close();
});
beforeEach(async () => {
  looks = 0;
  await test.ask('truncate quailrunner.runs, quailrunner.attempts, quailrunner.receipts, quailrunner.tasks cascade');
});

const [sender, recipient, body] = ['+15005550006', '+15551234567', 'Hi'];
const sid = (digit: number): string => `SM${String(digit).repeat(32)}`;

const pageOf = (sids: readonly string[]) => ({
  messages: sids.map((one) => ({
    sid: one,
    status: 'sent',
    direction: 'outbound-api',
    body,
    from: sender,
    to: recipient,
    date_created: new Date().toUTCString().replace('GMT', '+0000'),
    num_media: '0',
  })),
  next_page_uri: null,
});

const task = compileTask({
  predicate: 'select 1',
  settings: {
    name: 'welcome',
    source: 'default',
    everyMs: 10_000,
    action: {
      url: `https://api.twilio.com/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Authorization: 'Basic eA==' },
      body: `From=${sender}&To=${recipient}&Body=${body}`,
    },
    retries: 5,
    backoff: { firstMs: 1_000, factor: 2, maxMs: 10_000, jitter: 0 },
    recheck: false,
    timeoutMs: 1_000,
    success: [[200, 299]],
  },
});

/** One pass over all unknown runs, which are due by now. */
const pass = async (listed: typeof answer, { lookUp = true } = {}): Promise<void> => {
  answer = listed;
  await test.ask(`update quailrunner.runs set due_at = now() where state = 'unknown'`);
  await resolveUnknown({
    ledger: test.ledger,
    tasks: { read: async () => task },
    apiClient,
    secrets: {},
    codes: messageCodes,
    log: silentLog,
    lookUp,
    lookUpAfterMs: 20_000,
    reach: () => {},
    random: () => 0.5,
    now: () => new Date(),
    signal: new AbortController().signal,
  });
};

const unanswered = { state: 'unknown', verdict: 'unknown', code: 'TIMEOUT', reason: 'no answer' } as const;

const makeUnknown = async (count: number): Promise<[Dispatch, ...Dispatch[]]> => {
  const { runs } = await makeQueuedRuns(test.ledger, count);
  const { attempts } = await makeWorker(test.ledger);
  await Promise.all(runs.map((run) => attempts.start(run)));
  const end = { ...unanswered, spent: true, dueInMs: 0, durationMs: 5 };
  await Promise.all(runs.map((run) => attempts.finish({ ...run, ...end })));
  return runs as [Dispatch, ...Dispatch[]];
};

describe("a message that Twilio's list shows", () => {
  it('completes its run', async () => {
    const [run] = await makeUnknown(1);
    await pass([sid(1)]);
    expect(await readRun(test.ledger, run.runId)).toMatchObject({
      state: 'completed',
      history: [{ verdict: 'accepted', sid: sid(1), settledBy: 'look-up' }],
    });
  });

  it('completes one of two runs that could both have sent it, and the other is sent again', async () => {
    const runs = await makeUnknown(2);
    for (let n = 0; n < 3; n += 1) await pass([sid(1)]);
    const states = await Promise.all(runs.map(async ({ runId }) => (await readState(test, runId)).state));
    expect(states.toSorted()).toEqual(['completed', 'retrying']);
  });

  it("is free for the other run once its own receipt gave the first another one's", async () => {
    const [a, b] = (await makeUnknown(2)) as [Dispatch, Dispatch];
    await test.ask(`update quailrunner.runs set state = 'sending' where id = $1`, [a.runId]);
    await pass([sid(1), sid(2)]);
    const concluded = (await readRun(test.ledger, b.runId))?.history[0]?.sid;
    const own = concluded === sid(1) ? sid(2) : sid(1);
    await openReceipts(test.ledger).record({ ...b, sid: own, status: 'sent', delivery: 'sent', wasSent: true });
    await test.ask(`update quailrunner.runs set state = 'unknown' where id = $1`, [a.runId]);
    await pass([sid(1), sid(2)]);
    expect(await readRun(test.ledger, b.runId)).toMatchObject({ state: 'completed', history: [{ sid: own }] });
    expect(await readRun(test.ledger, a.runId)).toMatchObject({ state: 'completed', history: [{ sid: concluded }] });
  });
});

describe("a message that Twilio's list does not show", () => {
  it('counts as not sent only at a second look in a row', async () => {
    const [run] = await makeUnknown(1);
    await pass([]);
    expect(await readRun(test.ledger, run.runId)).toMatchObject({ state: 'unknown', code: 'NOT_LISTED_YET' });
    await pass([]);
    expect(await readRun(test.ledger, run.runId)).toMatchObject({
      state: 'retrying',
      code: 'NOT_LISTED',
      history: [{ verdict: 'transient', code: 'TIMEOUT', settledBy: 'look-up' }],
    });
  });

  it('is looked for twice again when Twilio did not answer in between', async () => {
    const [run] = await makeUnknown(1);
    for (const listed of [503, [], 503, []] as const) {
      await pass(listed);
      expect(await readState(test, run.runId)).toMatchObject({ state: 'unknown' });
    }
    await pass([]);
    expect(await readState(test, run.runId)).toMatchObject({ state: 'retrying' });
  });

  it('waits its time between the two looks', async () => {
    await makeUnknown(1);
    await pass([]);
    const [row] = await test.ask("select due_at > now() + interval '15 s' as waits from quailrunner.runs");
    expect(row).toEqual({ waits: true });
  });
});

describe('a Twilio that does not answer', () => {
  it('is not asked for every run: after ten looks the others are put off', async () => {
    await makeUnknown(40);
    await pass(503);
    expect(looks).toBe(10);
    const codes = await test.ask('select code, count(*)::int as n from quailrunner.runs group by code order by code');
    expect(codes).toEqual([
      { code: 'LOOK_UP_FAILED', n: 10 },
      { code: 'LOOK_UP_POSTPONED', n: 30 },
    ]);
  });

  it('is not asked at all while look-ups are off', async () => {
    const [run] = await makeUnknown(1);
    await pass([sid(1)], { lookUp: false });
    expect(looks).toBe(0);
    expect(await readRun(test.ledger, run.runId)).toMatchObject({ state: 'unknown', code: 'LOOK_UP_OFF' });
  });
});
