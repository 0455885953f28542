import type { OnUnknown, Outcome, TaskSettings } from '@quailrunner/domain';
import { messageCodes } from '@quailrunner/twilio';
import { describe, expect, it } from 'vitest';
import { decideVerdict } from './decide-verdict.js';

const given = { now: Date.UTC(2026, 0, 1), codes: messageCodes };

const settings = (onUnknown?: OnUnknown): TaskSettings => ({
  name: 'webhook',
  source: 'default',
  everyMs: 10_000,
  action: { url: 'https://example.com/hook', headers: {}, body: '' },
  retries: 5,
  backoff: { firstMs: 1, factor: 2, maxMs: 10, jitter: 0 },
  recheck: true,
  timeoutMs: 1_000,
  success: [[200, 299]],
  ...(onUnknown === undefined ? {} : { onUnknown }),
});

const answered = (status: number, headers: Record<string, string> = {}): Outcome => ({
  kind: 'answered',
  status,
  headers,
  body: '',
  durationMs: 1,
});

const unanswered: Outcome = { kind: 'unanswered', code: 'TIMEOUT', reason: 'no answer', durationMs: 1 };

const kindOf = (outcome: Outcome, onUnknown?: OnUnknown): string =>
  decideVerdict({ target: 'http', settings: settings(onUnknown) }, outcome, given).kind;

describe('an answer of a plain host', () => {
  it.each([
    [200, 'accepted'],
    [302, 'lane-fault'],
    [100, 'refused'],
    [400, 'refused'],
    [401, 'lane-fault'],
    [403, 'lane-fault'],
    [404, 'refused'],
    [408, 'transient'],
    [422, 'refused'],
    [429, 'throttled'],
    [500, 'transient'],
    [503, 'transient'],
  ])('%i means %s', (status, kind) => expect(kindOf(answered(status))).toBe(kind));

  it('503 with Retry-After is a throttle of that length', () => {
    const verdict = decideVerdict(
      { target: 'http', settings: settings() },
      answered(503, { 'retry-after': '7' }),
      given,
    );
    expect(verdict).toMatchObject({ kind: 'throttled', retryAfterMs: 7_000 });
  });
});

describe('no answer from a plain host', () => {
  it('is tried again when nothing was sent', () => {
    expect(kindOf({ kind: 'not-sent', code: 'ECONNREFUSED', reason: '', durationMs: 1 })).toBe('transient');
  });

  it('holds the lane when the target is not allowed', () => {
    expect(kindOf({ kind: 'not-sent', code: 'TARGET_NOT_ALLOWED', reason: '', durationMs: 1 })).toBe('lane-fault');
  });

  it('is tried again unless the task says otherwise: the receiver knows a repeat by its Idempotency-Key', () => {
    expect(kindOf(unanswered)).toBe('transient');
    expect(kindOf(unanswered, 'retry')).toBe('transient');
    expect(kindOf(unanswered, 'fail')).toBe('refused');
    expect(kindOf(unanswered, 'hold')).toBe('unknown');
  });
});

it('a 2xx that the task does not count as success is refused, and sent to nobody again', () => {
  const task = { target: 'http' as const, settings: { ...settings(), success: [[200, 200]] as const } };
  expect(decideVerdict(task, answered(202), given)).toMatchObject({ kind: 'refused', code: '202' });
});

it('a request that came too late to leave spends no attempt, wherever it was to go', () => {
  const late: Outcome = { kind: 'not-sent', code: 'TOO_LATE', reason: '', durationMs: 1 };
  for (const target of ['http', 'twilio'] as const) {
    expect(decideVerdict({ target, settings: settings() }, late, given).kind).toBe('throttled');
  }
});

it('no answer from Twilio is never tried again before it is looked up, whatever the task says', () => {
  for (const outcome of [unanswered, answered(500), answered(502)]) {
    expect(decideVerdict({ target: 'twilio', settings: settings('retry') }, outcome, given).kind).toBe('unknown');
  }
});
