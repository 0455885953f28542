import { randomUUID } from 'node:crypto';
import { readAudit, readTokens } from '@quailrunner/ledger';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiStage, type Ask, openApiStage } from '../../../../test/support/api-stage.js';

let stage: ApiStage;
let ask: Ask;
let other: Ask;

beforeAll(async () => {
  stage = await openApiStage();
  ask = await stage.program('sender', 'admin');
  other = await stage.program('other', 'admin');
});
afterAll(() => stage.close());

const keyed = (key: string, body?: unknown) => ({
  headers: { 'idempotency-key': key },
  ...(body !== undefined && { body }),
});

it('a write that comes again under its key is answered as the first time, and done once', async () => {
  const asked = keyed(randomUUID(), { name: 'shop', role: 'viewer' });
  const first = await ask('POST', '/tokens', asked);
  const again = await ask('POST', '/tokens', asked);
  expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([201, null]);
  expect([again.status, again.headers.get('idempotency-replayed'), again.text]).toEqual([201, 'true', first.text]);
  expect((await readTokens(stage.ledger)).filter(({ name }) => name === 'shop')).toHaveLength(1);
  // What is shown once is not there to be read.
  const kept = await stage.ask('select k::text as row from quailrunner.idempotency_keys k');
  expect(kept).toHaveLength(1);
  const secret = Buffer.from(first.json.token);
  expect(
    kept.some(({ row }) => String(row).includes(secret.toString()) || String(row).includes(secret.toString('hex'))),
  ).toBe(false);
});

it('a refusal uses no key up: it may be otherwise in a moment', async () => {
  const asked = keyed(randomUUID());
  const first = await ask('POST', '/runs/20/retry', asked);
  const again = await ask('POST', '/runs/20/retry', asked);
  expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([409, 409, null]);
  expect(again.headers.get('content-type')).toContain('application/problem+json');
});

it('many that come at once do it once', async () => {
  const asked = keyed(randomUUID(), { to: '+15005550010' });
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => ask('POST', '/tasks/welcome-sms/send-test', asked)),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 201).length).toBeGreaterThanOrEqual(1);
  expect(statuses.every((status) => status === 201 || status === 409)).toBe(true);
  for (const refused of answers.filter(({ status }) => status === 409))
    expect(refused.headers.get('retry-after')).toBe('1');
  const runs = new Set(answers.filter(({ status }) => status === 201).map(({ json }) => json.runId));
  expect(runs.size).toBe(1);
  expect((await readAudit(stage.ledger, { limit: 50 }, { act: 'task.tested' })).length).toBe(1);
});

it('a key stands for one request, of one who asks', async () => {
  const key = randomUUID();
  expect((await ask('POST', '/lanes/1/rate', keyed(key, { rate: '5/s' }))).status).toBe(200);
  expect((await ask('POST', '/lanes/1/rate', keyed(key, { rate: '6/s' }))).status).toBe(422);
  expect((await ask('POST', '/lanes/1/pause', keyed(key))).status).toBe(422);
  const theirs = await other('POST', '/lanes/1/rate', keyed(key, { rate: '6/s' }));
  expect([theirs.status, theirs.json.setRate]).toEqual([200, 6]);
});

it('what was asked wrongly is no use of a key, and neither is a key that is none', async () => {
  const key = randomUUID();
  expect((await ask('POST', '/lanes/1/rate', keyed(key, { rate: 'fast' }))).status).toBe(400);
  expect((await ask('POST', '/lanes/1/rate', keyed(key, { rate: '5/s' }))).status).toBe(200);
  expect((await ask('POST', '/lanes/1/rate', keyed('x'.repeat(201), { rate: '5/s' }))).status).toBe(400);
});

it('an act whose monitor ended before it could answer is not done again, and whoever asks is told', async () => {
  const key = randomUUID();
  const asked = keyed(key, { name: 'lost', role: 'viewer' });
  await ask('POST', '/tokens', asked);
  // As the crash leaves it: the act and its mark were committed together, and no answer.
  await stage.ask(`
    update quailrunner.idempotency_keys set status = null, answer_sealed = null, lease_until = now() - interval '1 second'
    where key = '${key}'`);
  const again = await ask('POST', '/tokens', asked);
  expect([again.status, again.json.title]).toEqual([409, 'This was done, and its answer is lost']);
});

it('what was not done when its monitor ended is done when it is asked again', async () => {
  const key = randomUUID();
  const asked = keyed(key, { name: 'unlucky', role: 'viewer' });
  await ask('POST', '/tokens', asked);
  await stage.ask(`
    delete from quailrunner.tokens where name = 'unlucky';
    update quailrunner.idempotency_keys
    set status = null, answer_sealed = null, acted_at = null, lease_until = now() - interval '1 second'
    where key = '${key}'`);
  const again = await ask('POST', '/tokens', asked);
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, null]);
  expect((await ask('POST', '/tokens', asked)).text).toBe(again.text);
});
