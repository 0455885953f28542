import { randomBytes } from 'node:crypto';
import type { RenderedRequest } from '@quailrunner/action';
import { defaultBackoff, QuailError, type TaskSettings } from '@quailrunner/domain';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { webhookSecretNames, withWebhookHeaders } from './webhook-headers.js';

const signing = `whsec_${randomBytes(32).toString('base64')}`;
const secrets = { signing, shared: 'open sesame', old: 'a secret of an older scheme: grün' };
const now = new Date();

const settings = (more: Partial<TaskSettings> = {}): TaskSettings => ({
  name: 'hook',
  source: 'default',
  everyMs: 10_000,
  action: { url: 'https://example.com/hook', headers: {}, body: '' },
  retries: 5,
  backoff: defaultBackoff,
  recheck: true,
  timeoutMs: 1_000,
  success: [[200, 299]],
  ...more,
});

interface Sent extends Partial<Pick<TaskSettings, 'name' | 'signWith' | 'sharedSecret'>> {
  readonly target?: 'http' | 'twilio';
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly run?: { readonly runId: string; readonly entityPk: string };
  readonly now?: Date;
  readonly secrets?: Readonly<Record<string, string>>;
}

const runOne = { runId: '1', entityPk: 'ada' };

const send = ({ target = 'http', headers = {}, body = '{}', run = runOne, ...sent }: Sent): RenderedRequest => {
  const { now: at = now, secrets: known = secrets, ...more } = sent;
  const request = { url: 'https://example.com/hook', headers, body };
  return withWebhookHeaders(request, { target, settings: settings(more) }, run, { secrets: known, now: () => at });
};

const headersOf = (sent: Sent): Record<string, string> => ({ ...send(sent).headers });
const idOf = (sent: Sent): string | undefined => headersOf(sent)['Idempotency-Key'];

const faultOf = (sent: Sent): QuailError => {
  try {
    send(sent);
  } catch (fault) {
    if (fault instanceof QuailError) return fault;
    throw fault;
  }
  throw new Error('no fault at all');
};

describe('a plain host', () => {
  it('is sent an Idempotency-Key and nothing else unless the task asks for more', () => {
    expect(headersOf({ headers: { 'Content-Type': 'application/json' } })).toEqual({
      'Content-Type': 'application/json',
      'Idempotency-Key': expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('is sent the same URL and body, whatever headers there are', () => {
    const { url, body } = send({ signWith: 'signing', sharedSecret: 'shared', body: '{"to": "Ada"}' });
    expect({ url, body }).toEqual({ url: 'https://example.com/hook', body: '{"to": "Ada"}' });
  });

  it('is sent the shared secret as it is', () => {
    expect(headersOf({ sharedSecret: 'shared' })).toMatchObject({ 'X-Quail-Task-Secret': 'open sesame' });
  });

  it('is sent all of them when the task asks for both', () => {
    expect(Object.keys(headersOf({ signWith: 'signing', sharedSecret: 'shared' }))).toEqual([
      'Idempotency-Key',
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
      'X-Quail-Task-Secret',
    ]);
  });
});

it('Twilio is sent none of them, even by a task that asks for them', () => {
  const headers = { Authorization: 'Basic x' };
  expect(headersOf({ target: 'twilio', headers, signWith: 'none', sharedSecret: 'none' })).toEqual(headers);
});

describe('the key of a run', () => {
  const anyRun = fc.record({ runId: fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String), entityPk: fc.string() });
  const anyTime = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });

  it('is the same over its attempts, in both headers, whatever the row says by then', () => {
    fc.assert(
      fc.property(anyRun, fc.array(fc.tuple(anyTime, fc.string()), { minLength: 2 }), (run, attempts) => {
        const ids = attempts.flatMap(([at, body]) => {
          const headers = headersOf({ run, body, now: at, signWith: 'signing' });
          return [headers['Idempotency-Key'], headers['webhook-id']];
        });
        expect(new Set(ids).size).toBe(1);
      }),
    );
  });

  it('is another for every other run, entity or task, and says nothing of them', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyRun, { minLength: 2, selector: (run) => JSON.stringify(run) }), (runs) => {
        const ids = runs.flatMap((run) => [idOf({ run }), idOf({ run, name: 'other' })]);
        expect(new Set(ids).size).toBe(2 * runs.length);
        for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
      }),
    );
  });
});

describe('a signed request', () => {
  const verify = (secret: string | Uint8Array, { headers, body }: RenderedRequest) =>
    typeof secret === 'string'
      ? new Webhook(secret).verify(body, { ...headers }, { jsonParse: false })
      : new Webhook(secret, { format: 'raw' }).verify(body, { ...headers }, { jsonParse: false });

  it.each([
    '{"order":12,"total":9.90}',
    '{"note":"Grüße, 日本 👋🏽"}',
    '',
    'a=1&b=%2B1555',
    'line\r\nbreaks\n',
    '\ufeff{}',
    'x'.repeat(65_536),
  ])('is accepted by the library of Standard Webhooks: body %#', (body) => {
    expect(() => verify(signing, send({ body, signWith: 'signing' }))).not.toThrow();
  });

  it('is accepted whatever its body is', () => {
    const anyBody = fc.string({ unit: 'grapheme', maxLength: 200 });
    fc.assert(fc.property(anyBody, (body) => void verify(signing, send({ body, signWith: 'signing' }))));
  });

  it('is refused with another body, another secret, another time or another key', () => {
    const request = send({ body: '{"total":1}', signWith: 'signing' });
    const changed = (name: string, value: string) => ({ ...request, headers: { ...request.headers, [name]: value } });
    const later = String(Number(request.headers['webhook-timestamp']) + 1);
    expect(() => verify(signing, request)).not.toThrow();
    expect(() => verify(signing, { ...request, body: '{"total":2}' })).toThrow('No matching signature');
    expect(() => verify(signing, changed('webhook-timestamp', later))).toThrow('No matching signature');
    expect(() => verify(signing, changed('webhook-id', 'other'))).toThrow('No matching signature');
    expect(() => verify(`whsec_${'A'.repeat(32)}`, request)).toThrow('No matching signature');
  });

  it('has the time of its attempt, in whole seconds', () => {
    const at = new Date('2026-03-01T12:00:00.999Z');
    expect(headersOf({ signWith: 'signing', now: at })['webhook-timestamp']).toBe('1772366400');
  });

  it('is, with the secret of an older scheme, signed with the bytes of its text', () => {
    const request = send({ signWith: 'old' });
    expect(() => verify(new TextEncoder().encode(secrets.old), request)).not.toThrow();
  });

  it('may have a secret of 24 bytes, and longer ones with any padding', () => {
    for (const bytes of [24, 25, 26, 32, 64, 100]) {
      const secret = `whsec_${randomBytes(bytes).toString('base64')}`;
      expect(() => verify(secret, send({ signWith: 'signing', secrets: { signing: secret } }))).not.toThrow();
    }
  });
});

describe('what a task sets itself', () => {
  it.each(['Idempotency-Key', 'idempotency-key', 'IDEMPOTENCY-KEY'])('stays as it is: %s', (name) => {
    expect(headersOf({ headers: { [name]: 'mine' } })).toEqual({ [name]: 'mine' });
  });

  it.each(['X-Quail-Task-Secret', 'x-quail-task-secret'])('stays as it is, and no secret is asked for: %s', (name) => {
    const headers = { [name]: 'mine', 'Idempotency-Key': 'mine' };
    expect(headersOf({ headers, sharedSecret: 'none' })).toEqual(headers);
  });

  it.each(['webhook-id', 'Webhook-Timestamp', 'WEBHOOK-SIGNATURE'])('leaves out our whole signature: %s', (name) => {
    const headers = { [name]: 'mine', 'Idempotency-Key': 'mine' };
    expect(headersOf({ headers, signWith: 'none' })).toEqual(headers);
  });

  it('does not change the id under which a request is signed', () => {
    const headers = { 'Idempotency-Key': 'mine' };
    expect(headersOf({ headers, signWith: 'signing' })['webhook-id']).toBe(idOf({}));
  });
});

describe('a secret', () => {
  it.each([
    ['signWith', 'none'],
    ['signWith', 'constructor'],
    ['signWith', 'empty'],
    ['sharedSecret', 'none'],
    ['sharedSecret', 'empty'],
  ])('that is missing stops the request: %s: %s', (setting, name) => {
    const fault = faultOf({ [setting]: name, secrets: { empty: '' } });
    expect(fault).toMatchObject({
      code: 'RENDER_SECRET_MISSING',
      message: `${setting}: there is no secret "${name}" (set QUAIL_SECRET_${name.toUpperCase()})`,
      retryable: false,
    });
  });

  const valid = randomBytes(32).toString('base64');

  it.each([
    ['signWith', 'whsec_', 'fewer than 24 bytes'],
    ['signWith', `whsec_${randomBytes(23).toString('base64')}`, 'fewer than 24 bytes'],
    ['signWith', `whsec_${valid.slice(0, -1)}`, 'is not base64'],
    ['signWith', `whsec_${valid}\n`, 'is not base64'],
    ['signWith', `whsec_${valid.slice(0, -4)}-_8=`, 'is not base64'],
    ['signWith', 'whsec_correct horse battery staple', 'is not base64'],
    ['signWith', `whsk_${valid}`, 'ed25519'],
    ['signWith', `whpk_${valid}`, 'ed25519'],
    ['sharedSecret', 'sesame\n', "can't stand in a header"],
    ['sharedSecret', ' sesame', "can't stand in a header"],
    ['sharedSecret', 'sesame\r\nX-Other: 1', "can't stand in a header"],
    ['sharedSecret', 'grün', "can't stand in a header"],
  ])('that is no good stops the request, with the mend and without a word of it: %s: %j', (setting, secret, said) => {
    const { code, message, retryable, context } = faultOf({ [setting]: 'mine', secrets: { mine: secret } });
    expect({ code, retryable, context }).toEqual({ code: 'WEBHOOK_SECRET_INVALID', retryable: false, context: {} });
    expect(message).toContain(`${setting}: the secret "mine" `);
    expect(message).toContain(said);
    expect(message).toMatch(/; (?:make one with|use ASCII)/);
    const secretPart = secret.trim().replace(/^wh\w+_/, '');
    if (secretPart !== '') expect(message).not.toContain(secretPart);
  });
});

it('the secrets that the settings name can be told beforehand', () => {
  expect(webhookSecretNames(settings())).toEqual([]);
  expect(webhookSecretNames(settings({ signWith: 'a', sharedSecret: 'b' }))).toEqual(['a', 'b']);
});
