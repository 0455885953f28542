/** Every act of a person: one row in the audit where something changed, none where nothing did or the act failed. */
import type { Act } from '@quailrunner/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ann, makeDefinition, makeLedger, makeQueuedRuns, makeWorker, type TestLedger } from '../test/make-ledger.js';
import {
  createToken,
  createUser,
  disableUser,
  enableUser,
  endOtherSessions,
  hashPassword,
  holdTask,
  liftSuppressions,
  pauseLane,
  readAudit,
  readUser,
  resolveRuns,
  resumeLane,
  retryRuns,
  revokeToken,
  saveSession,
  saveTask,
  saveTest,
  setLaneRate,
  setPasswordHash,
  setTaskState,
  setUserRole,
  suppress,
} from './index.js';

let test: TestLedger;
let laneId: number;
let runIds: string[];
let token: string | undefined;

/** What must never be in the audit. */
const password = 'canary-of-a-password';
const recipient = '+15005551234';
const sender = `twilio/AC${'0'.repeat(31)}1/+15005550006`;
const bodyCanary = 'canary-of-a-body';
const headerCanary = 'canary-of-a-header';

beforeAll(async () => {
  test = await makeLedger();
  const queued = await makeQueuedRuns(test.ledger, 3);
  laneId = queued.laneId;
  runIds = queued.runs.map(({ runId }) => runId);
  const { attempts } = await makeWorker(test.ledger);
  for (const [n, run] of queued.runs.entries()) {
    await attempts.start(run);
    const ending = n === 0 ? { state: 'failed', verdict: 'refused' } : { state: 'unknown', verdict: 'unknown' };
    const outcome = { spent: true, dueInMs: 60_000, durationMs: 1, code: '21211' } as const;
    await attempts.finish({ ...run, ...outcome, ...(ending as { state: 'failed'; verdict: 'refused' }) });
  }
});
afterAll(() => test.close());

const definition = (changes = {}) =>
  makeDefinition({
    action: { url: 'https://example.com/', headers: { Authorization: headerCanary }, body: bodyCanary },
    ...changes,
  });

const makeUser = async (name: string, role: 'admin' | 'operator'): Promise<boolean> =>
  createUser(test.ledger, { name, role, passwordHash: await hashPassword(password) }, ann);

/** Each as it is done first, and again where that changes nothing; then its row, as `subject: before → after`. */
const steps: readonly (readonly [
  act: Act,
  once: () => Promise<unknown>,
  row: string,
  again?: () => Promise<unknown>,
])[] = [
  [
    'task.revised',
    () => saveTask(test.ledger, definition({ retries: 1 }), ann),
    'task welcome: {"revision":1} → {"changed":["retries","action.headers","action.body"],"revision":2}',
    () => saveTask(test.ledger, definition({ retries: 1 }), ann),
  ],
  [
    'task.created',
    () => saveTask(test.ledger, definition({ name: 'other' }), ann),
    'task other: – → {"revision":1}',
    () => saveTask(test.ledger, definition({ name: 'other' }), ann),
  ],
  [
    'task.paused',
    () => setTaskState(test.ledger, 'other', 'paused', ann),
    'task other: {"state":"active"} → {"state":"paused"}',
    () => setTaskState(test.ledger, 'other', 'paused', ann),
  ],
  [
    'task.resumed',
    () => setTaskState(test.ledger, 'other', 'active', ann),
    'task other: {"state":"paused"} → {"state":"active"}',
    () => setTaskState(test.ledger, 'other', 'active', ann),
  ],
  [
    'task.tested',
    () =>
      saveTest(
        test.ledger,
        definition({ name: 'other' }),
        { entityPk: 'key', columns: { phone_number: recipient }, laneId },
        ann,
      ),
    'task other: – → {"runId":"4"}',
  ],
  [
    'lane.paused',
    () => pauseLane(test.ledger, laneId, ann),
    'lane 1: {"state":"open"} → {"state":"paused"}',
    () => pauseLane(test.ledger, laneId, ann),
  ],
  [
    'lane.resumed',
    () => resumeLane(test.ledger, laneId, ann),
    'lane 1: {"state":"paused","reason":"ann"} → {"state":"open"}',
    () => resumeLane(test.ledger, laneId, ann),
  ],
  [
    'lane.rate_set',
    () => setLaneRate(test.ledger, laneId, 0.5, ann),
    'lane 1: {"ratePerSecond":null} → {"ratePerSecond":0.5}',
    () => setLaneRate(test.ledger, laneId, 0.5, ann),
  ],
  [
    'run.retried',
    () => retryRuns(test.ledger, { runIds, by: ann }),
    'run 1: {"code":"21211","state":"failed","attempts":1} → {"state":"pending","attempts":0}',
    () => retryRuns(test.ledger, { runIds, by: ann }),
  ],
  [
    'run.resolved',
    () => resolveRuns(test.ledger, runIds.slice(0, 2), { wasSent: true, by: ann }),
    'run 2: {"code":"21211","state":"unknown"} → {"state":"completed"}',
    () => resolveRuns(test.ledger, runIds.slice(0, 2), { wasSent: true, by: ann }),
  ],
  [
    'suppression.added',
    () => suppress(test.ledger, [{ sender, recipient }], { toldBy: 'person', by: ann }),
    'suppression 1: – → {"sender":"twilio/AC0000…0001/•••06","recipient":"•••34"}',
    () => suppress(test.ledger, [{ sender, recipient }], { toldBy: 'person', by: ann }),
  ],
  [
    'suppression.lifted',
    () => liftSuppressions(test.ledger, { recipient }, ann),
    'suppression 1: {"sender":"twilio/AC0000…0001/•••06","recipient":"•••34"} → –',
    () => liftSuppressions(test.ledger, { recipient }, ann),
  ],
  [
    'user.created',
    () => makeUser('zoe', 'operator'),
    'user zoe: – → {"role":"operator"}',
    () => makeUser('zoe', 'operator'),
  ],
  [
    'user.role_set',
    () => setUserRole(test.ledger, 'zoe', 'admin', ann),
    'user zoe: {"role":"operator"} → {"role":"admin"}',
    // Nor what was refused.
    () => setUserRole(test.ledger, 'zoe', 'viewer', ann),
  ],
  [
    'user.password_set',
    async () => setPasswordHash(test.ledger, 'zoe', { passwordHash: await hashPassword(password), by: ann }),
    expect.stringMatching(/^user zoe: \{"passwordChangedAt":"20[^"]+"\} → \{"passwordChangedAt":"20[^"]+"\}$/),
    () => setPasswordHash(test.ledger, 'nobody', { passwordHash: 'x', by: ann }),
  ],
  [
    'user.sessions_ended',
    async () => {
      const { userId = 0 } = (await readUser(test.ledger, 'zoe')) ?? {};
      const session = { data: { user: { userId } }, expiresAt: new Date(Date.now() + 60_000) };
      for (const id of ['one', 'two']) await saveSession(test.ledger, id, session);
      await endOtherSessions(test.ledger, { userId, name: 'zoe', exceptSessionId: 'two' }, ann);
    },
    'user zoe: {"sessions":1} → –',
  ],
  [
    'user.disabled',
    async () => {
      await test.ask(`insert into quailrunner.users (name, role, password_hash) values ('max', 'admin', '')`);
      await disableUser(test.ledger, 'zoe', ann);
    },
    'user zoe: {"state":"enabled"} → {"state":"disabled"}',
    () => disableUser(test.ledger, 'zoe', ann),
  ],
  [
    'user.enabled',
    () => enableUser(test.ledger, 'zoe', ann),
    'user zoe: {"state":"disabled"} → {"state":"enabled"}',
    () => enableUser(test.ledger, 'zoe', ann),
  ],
  [
    'token.created',
    async () => {
      token = await createToken(test.ledger, { name: 'robot', role: 'viewer' }, ann);
    },
    'token robot: – → {"role":"viewer"}',
    () => createToken(test.ledger, { name: 'robot', role: 'viewer' }, ann),
  ],
  [
    'token.revoked',
    () => revokeToken(test.ledger, 'robot', ann),
    'token robot: {"role":"viewer"} → –',
    () => revokeToken(test.ledger, 'robot', ann),
  ],
];

const readNewest = async () => {
  const [row] = await readAudit(test.ledger, { limit: 1 });
  if (row === undefined) return undefined;
  const text = (state: object | undefined) => (state === undefined ? '–' : JSON.stringify(state));
  const { subject, before, after } = row;
  return { by: row.by, act: row.act, row: `${subject.kind} ${subject.id}: ${text(before)} → ${text(after)}` };
};

const countRows = async () => (await readAudit(test.ledger, { limit: 1_000 })).length;

describe('an act', () => {
  for (const [act, once, row, again] of steps) {
    it(`${act} is on record once, with what changed`, async () => {
      const before = await countRows();
      await once();
      expect(await readNewest()).toEqual({ by: ann, act, row });
      await again?.();
      expect(await countRows()).toBe(before + 1);
    });
  }

  it('that fails leaves no row, and the row that fails leaves no act', async () => {
    const before = await countRows();
    await test.ask(`alter table quailrunner.audit add constraint nobody check (actor_name <> 'ann') not valid`);
    await expect(pauseLane(test.ledger, laneId, ann)).rejects.toMatchObject({ code: 'LEDGER_VALUE_REFUSED' });
    await expect(createToken(test.ledger, { name: 'robot', role: 'viewer' }, ann)).rejects.toThrow();
    await test.ask('alter table quailrunner.audit drop constraint nobody');
    expect(await countRows()).toBe(before);
    expect(await test.ask('select state from quailrunner.lanes')).toEqual([{ state: 'open' }]);
    expect(await test.ask('select from quailrunner.tokens where revoked_at is null')).toEqual([]);
  });

  it('of the product itself is none of a person’s', async () => {
    const before = await countRows();
    await suppress(test.ledger, [{ sender, recipient }], { toldBy: 'recipient' });
    await liftSuppressions(test.ledger, { recipient }, 'recipient');
    const [task] = await test.ask<{ taskId: number; revision: number }>(
      `select id as "taskId", revision from quailrunner.tasks where name = 'other'`,
    );
    expect(await holdTask(test.ledger, task as { taskId: number; revision: number }, 'refused')).toBe('other');
    expect(await countRows()).toBe(before);
    await setTaskState(test.ledger, 'other', 'active', ann);
    expect((await readNewest())?.row).toBe('task other: {"state":"held","reason":"refused"} → {"state":"active"}');
  });

  it('never tells a password, a token, a number, a header or a body', async () => {
    const stored = JSON.stringify(await test.ask('select a::text from quailrunner.audit a'));
    expect(stored).toContain('•••34');
    for (const canary of [password, token, recipient, recipient.slice(1, -2), '5005550006', headerCanary, bodyCanary]) {
      expect(stored).not.toContain(canary);
    }
    expect(stored).not.toContain('scrypt');
  });
});
