import { defaultBackoff, type Problem, type TaskSettings } from '@quailrunner/domain';
import { expect, it } from 'vitest';
import { checkWebhookHeaders } from './check-webhook-headers.js';

const plain = 'https://example.com/hook';
const twilio = `https://api.twilio.com/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`;

const check = (more: Partial<TaskSettings>, { url = plain, headers = {} as Record<string, string> } = {}) => {
  const problems: Problem[] = [];
  const settings: TaskSettings = {
    name: 'hook',
    source: 'default',
    everyMs: 10_000,
    action: { url, headers, body: '' },
    retries: 5,
    backoff: defaultBackoff,
    recheck: true,
    timeoutMs: 1_000,
    success: [[200, 299]],
    ...more,
  };
  return { warnings: checkWebhookHeaders(settings, problems), problems };
};

it('a plain host may be sent a signature, a shared secret, both or none', () => {
  for (const settings of [{}, { signWith: 'a' }, { sharedSecret: 'a' }, { signWith: 'a', sharedSecret: 'b' }]) {
    expect(check(settings, { headers: { Authorization: 'x' } })).toEqual({ warnings: [], problems: [] });
  }
});

it('at Twilio each of them is a mistake, at its place', () => {
  const { warnings, problems } = check({ signWith: 'a', sharedSecret: 'b' }, { url: twilio });
  expect(warnings).toEqual([]);
  expect(problems).toEqual(
    ['signWith', 'sharedSecret'].map((setting) => ({
      code: 'WEBHOOK_SETTING_AT_TWILIO',
      message: `"${setting}" is for webhooks, and the action goes to Twilio`,
      mend: 'Twilio takes no such header: leave it out',
      where: setting,
    })),
  );
});

it('a task without them is none of our business, at Twilio either', () => {
  expect(check({}, { url: twilio, headers: { 'webhook-id': 'x' } })).toEqual({ warnings: [], problems: [] });
});

it('a header that the task sends itself is worth a warning, and stays', () => {
  const headers = { 'Webhook-Id': 'mine', 'X-QUAIL-TASK-SECRET': 'mine', 'Idempotency-Key': 'mine' };
  const { warnings, problems } = check({ signWith: 'a', sharedSecret: 'b' }, { headers });
  expect(problems).toEqual([]);
  expect(warnings).toMatchObject([
    {
      code: 'WEBHOOK_HEADER_OWN',
      message: 'the task sends its own Webhook-Id, so "signWith" has no effect',
      mend: 'leave out the header or "signWith"',
      where: 'action.headers.Webhook-Id',
    },
    {
      code: 'WEBHOOK_HEADER_OWN',
      message: 'the task sends its own X-QUAIL-TASK-SECRET, so "sharedSecret" has no effect',
      where: 'action.headers.X-QUAIL-TASK-SECRET',
    },
  ]);
  expect(check({}, { headers })).toEqual({ warnings: [], problems: [] });
});
