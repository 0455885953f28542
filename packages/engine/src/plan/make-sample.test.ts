import type { TaskSettings } from '@quailrunner/domain';
import { expect, it } from 'vitest';
import { makeDefinition } from '../../../ledger/test/make-ledger.js';
import { compileTask } from '../compile-task.js';
import { makeSample } from './make-sample.js';

const url = `https://api.twilio.com/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`;
const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Authorization: 'Basic {{ secrets.basic }}' };
const secrets = { basic: 'QUM6dG9w', to: '+15005550010', env: 'prod', key: 'Töp "secret" & 2', amount: '12.5' };

const sample = (action: Partial<TaskSettings['action']>, known: Readonly<Record<string, string>> = secrets) =>
  makeSample(
    compileTask(makeDefinition({ action: { url, headers, body: '', ...action } })),
    { p: '+15005550006' },
    known,
  );

const body = 'From=+15005550006&To={{.p}}&Body=';

it.each([secrets, {}])('is there though a secret is the recipient, or passes a filter of a certain shape', (known) => {
  const { phone } = sample({ body: 'From=+15005550006&To={{ secrets.to }}&Body=x' }, known);
  expect(phone).toMatchObject({ to: '********', text: 'x' });
});

it('goes the way that the secrets go', () => {
  const text = (known: Readonly<Record<string, string>>) =>
    sample({ body: `${body}{% if secrets.env == "prod" %}Hello{% else %}Test{% endif %}` }, known).phone?.text;
  expect([text(secrets), text({ env: 'stage' })]).toEqual(['Hello', 'Test']);
});

it.each([
  '{{ secrets.key }}',
  '{{ secrets.key | upper | truncate(6) }}',
  '{{ secrets.key | urlencode }}',
  '{{ "key: " ~ secrets.key }}',
  '{{ secrets.amount | round(1) }}',
  '{% for one in [secrets.key] %}{% for two in [one] %}{{ two | lower }}{% endfor %}{% endfor %}',
])('holds no secret, whatever is made of it: %s', (text) => {
  expect(sample({ body: `${body}${text} {{.p}}` }).phone?.text).toBe('******** +15005550006');
  const json = {
    headers: { 'Content-Type': 'application/json' },
    body: `{"a": "${text} {{.p}}"}`.replace('"key: "', "'key: '"),
  };
  expect(sample({ ...json, url: 'https://x.example/' }).body).toBe('{"a": "******** +15005550006"}');
  expect(sample({ headers: { ...headers, 'X-Note': text }, body }).headers['X-Note']).toBe('********');
});

it('masks a secret in the address', () => {
  const hook = { url: 'https://x.example/{{ secrets.key }}?a={{ secrets.key }}', body: 'a={{.p}}' };
  expect(sample(hook).url).toBe('https://x.example/********?a=********');
});
