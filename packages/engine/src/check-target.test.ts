import type { Problem, TaskSettings } from '@quailrunner/domain';
import { expect, it } from 'vitest';
import { checkTarget, findNoForm } from './check-target.js';

const twilio = `https://api.twilio.com/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`;
const plain = 'https://example.com/hook';

const settings = (url: string, headers: Record<string, string>) =>
  ({ action: { url, headers, body: '' } }) as unknown as TaskSettings;

const check = (url: string, headers: Record<string, string> = {}) => {
  const problems: Problem[] = [];
  return { warnings: checkTarget(settings(url, headers), problems), problems };
};

it('a credential that names a secret, and a plain host without one, are fine', () => {
  const nothing = { warnings: [], problems: [] };
  expect(check(twilio, { authorization: 'Basic {{ secrets.twilio_basic }}' })).toEqual(nothing);
  expect(check(plain, { Authorization: 'Bearer {{.token}}' })).toEqual(nothing);
  expect(check(plain)).toEqual(nothing);
});

it('an address at Twilio that takes no messages is a mistake of the url', () => {
  expect(check(twilio.replace('Messages', 'Message')).problems).toMatchObject([
    { code: 'TWILIO_URL', where: 'action.url', mend: 'did you mean "Messages.json"?' },
  ]);
});

it('a message without Authorization is worth a warning', () => {
  expect(check(twilio).warnings).toMatchObject([
    { code: 'TWILIO_UNAUTHORIZED', mend: 'add the header Authorization: Basic {{ secrets.twilio_basic }}' },
  ]);
});

it('a credential that is written out is worth a warning, which does not repeat it', () => {
  const { warnings } = check(plain, { Authorization: 'Bearer abc123' });
  expect(warnings).toEqual([
    {
      code: 'CREDENTIAL_LITERAL',
      message: 'a credential is written out in Authorization',
      mend: 'put it into QUAIL_SECRET_MY_SECRET where schedulers and workers run, and write Bearer {{ secrets.my_secret }}',
      where: 'action.headers.Authorization',
    },
  ]);
});

it('a body for Twilio is a form', () => {
  const of = (type: string) => findNoForm(settings(twilio, { 'Content-Type': type }));
  expect(of('application/x-www-form-urlencoded; charset=utf-8')).toBeUndefined();
  expect(of('application/json')).toMatchObject({
    message: 'Twilio takes form bodies',
    where: 'action.headers.Content-Type',
  });
  expect(findNoForm(settings(plain, { 'Content-Type': 'application/json' }))).toBeUndefined();
});
