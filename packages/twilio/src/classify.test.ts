import type { Answered, Outcome, Verdict } from '@quailrunner/domain';
import { describe, expect, it } from 'vitest';
import { classify, classifyFound } from './classify.js';
import { messageCodes } from './codes.js';

const now = Date.parse('2026-04-01T12:00:00Z');
const sid = `SM${'0a'.repeat(16)}`;

const answered = (status: number, body: unknown, headers: Record<string, string> = {}): Answered => ({
  kind: 'answered',
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  durationMs: 12,
});

const refusal = (code: number, status = 400, message = 'No.') => answered(status, { code, message, status });

const verdictOf = (outcome: Outcome): Verdict => classify(outcome, { now });

describe('an answer from Twilio', () => {
  it('is accepted when it is 2xx and names the message', () => {
    expect(verdictOf(answered(201, { sid, status: 'queued', to: '+15005550010' }))).toEqual({ kind: 'accepted', sid });
    expect(verdictOf(answered(200, { sid }))).toEqual({ kind: 'accepted', sid });
  });

  it.each(['', '<html>created</html>', '{"sid":', '[]', 'null', { status: 'queued' }, { sid: 17 }, { sid: 'SM1' }])(
    'is unknown when it is 2xx and does not name a message: %j',
    (body) => {
      expect(verdictOf(answered(201, body))).toMatchObject({ kind: 'unknown', code: 'UNREADABLE_ANSWER' });
    },
  );

  it.each([
    [21211, { kind: 'refused', fault: 'recipient' }],
    [21610, { kind: 'refused', fault: 'opt-out' }],
    [21408, { kind: 'refused', fault: 'recipient' }],
    [21602, { kind: 'refused', fault: 'content' }],
    [63042, { kind: 'refused', fault: 'content' }],
    [21606, { kind: 'lane-fault' }],
    [20003, { kind: 'lane-fault' }],
    [21611, { kind: 'throttled', scope: 'lane' }],
    [14107, { kind: 'throttled', scope: 'run' }],
  ])('with code %i is judged by the table', (code, expected) => {
    const meaning = messageCodes.get(code)?.meaning;
    expect(verdictOf(refusal(code))).toEqual({ ...expected, code: String(code), reason: meaning });
  });

  it('reads a code that comes as text', () => {
    expect(verdictOf(answered(400, { code: '21211' }))).toMatchObject({ kind: 'refused', code: '21211' });
  });

  it('is throttled on 429, whatever its body, and on 20429', () => {
    expect(verdictOf(answered(429, 'slow down'))).toEqual({
      kind: 'throttled',
      code: 'HTTP_429',
      reason: 'Twilio answered with HTTP status 429.',
      scope: 'lane',
    });
    expect(verdictOf(refusal(20429, 429))).toMatchObject({ kind: 'throttled', code: '20429' });
    expect(verdictOf(refusal(20429, 400))).toMatchObject({ kind: 'throttled', code: '20429' });
    expect(verdictOf(refusal(21211, 429))).toMatchObject({ kind: 'throttled' });
  });

  it('passes on Retry-After as seconds and as a date', () => {
    const wait = (value: string) => verdictOf(answered(429, '', { 'retry-after': value }));
    expect(wait('3')).toMatchObject({ kind: 'throttled', retryAfterMs: 3_000 });
    expect(wait('Wed, 01 Apr 2026 12:00:30 GMT')).toMatchObject({ kind: 'throttled', retryAfterMs: 30_000 });
    expect(wait('later')).not.toHaveProperty('retryAfterMs');
  });

  it.each([401, 402, 403, 404, 405, 301, 307])('without a code blames the lane on %i', (status) => {
    expect(verdictOf(answered(status, ''))).toMatchObject({ kind: 'lane-fault', code: `HTTP_${status}` });
  });

  it.each([400, 409, 413, 415, 422])('without a known code blames the content on %i', (status) => {
    expect(verdictOf(answered(status, '<h1>Bad</h1>'))).toMatchObject({ kind: 'refused', fault: 'content' });
    expect(verdictOf(refusal(29_999, status))).toMatchObject({ kind: 'refused', fault: 'content', code: '29999' });
  });

  it.each([500, 502, 503, 504, 408])('leaves the run unknown on %i: the request may have been passed on', (status) => {
    expect(verdictOf(answered(status, ''))).toMatchObject({ kind: 'unknown', code: `HTTP_${status}` });
    expect(verdictOf(refusal(21211, status))).toMatchObject({ kind: 'unknown', code: '21211' });
  });
});

describe('a POST without an answer', () => {
  it('may be tried again when it certainly never left', () => {
    const outcome: Outcome = {
      kind: 'not-sent',
      code: 'ECONNREFUSED',
      reason: 'connect ECONNREFUSED 10.0.0.1:443',
      durationMs: 1,
    };
    expect(verdictOf(outcome)).toMatchObject({ kind: 'transient', code: 'ECONNREFUSED' });
  });

  it('blames the lane when the target is not allowed', () => {
    const outcome: Outcome = { kind: 'not-sent', code: 'TARGET_NOT_ALLOWED', reason: 'private address', durationMs: 1 };
    expect(verdictOf(outcome)).toMatchObject({ kind: 'lane-fault', code: 'TARGET_NOT_ALLOWED' });
  });

  it('is unknown once the request may have been written', () => {
    const outcome: Outcome = { kind: 'unanswered', code: 'ECONNRESET', reason: 'socket hang up', durationMs: 1 };
    expect(verdictOf(outcome)).toEqual({ kind: 'unknown', code: 'ECONNRESET', reason: 'socket hang up' });
  });
});

describe('a reason', () => {
  it.each([
    "The 'To' number +15005550001 is not valid",
    "The 'To' number +1555 is not valid",
    "The 'To' number whatsapp:+1 (500) 555-0001 is not valid",
    'send to 15005550001 failed for jo@example.com with Basic QUM6c2VjcmV0',
  ])('holds nothing personal of an unknown code: %s', (message) => {
    const verdict = verdictOf(refusal(29_999, 400, message));
    expect(JSON.stringify(verdict)).not.toMatch(/555|jo@|QUM6/);
  });
});

describe('a message found in the list', () => {
  it('counts as accepted, delivered or not', () => {
    for (const found of [
      { sid, status: 'queued' },
      { sid, status: 'undelivered', errorCode: 30005 },
      { sid, status: 'failed', errorCode: 30007 },
      { sid, status: 'failed' },
    ]) {
      expect(classifyFound(found)).toEqual({ kind: 'accepted', sid });
    }
  });

  it('counts as refused when Twilio only recorded that it refused to create it', () => {
    expect(classifyFound({ sid, status: 'failed', errorCode: 21610 })).toMatchObject({
      kind: 'refused',
      fault: 'opt-out',
      code: '21610',
    });
    expect(classifyFound({ sid, status: 'failed', errorCode: 21606 })).toMatchObject({ kind: 'lane-fault' });
  });
});

describe('the table of codes', () => {
  it('says each meaning in one sentence that holds no number longer than a size', () => {
    for (const [code, { meaning }] of messageCodes) {
      expect(meaning, String(code)).toMatch(/^[A-Z].*[^.][.?]$/);
      expect(meaning, String(code)).not.toMatch(/\d{5,}/);
    }
  });
});
