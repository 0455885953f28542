import { expect, it } from 'vitest';
import { readAccount } from './sandbox.js';

const sid = `AC${'0'.repeat(31)}1`;
const encode = (text: string) => Buffer.from(text).toString('base64');

it('admits the account that the secret twilio_basic signs in as', () => {
  expect(readAccount(encode(`${sid}:a:token`))).toEqual({ sid, authToken: 'a:token' });
});

it.each([undefined, '', 'not base64', encode(`SK${'0'.repeat(32)}:key`), encode(sid)])(
  'knows no account from %j',
  (basic) => {
    expect(readAccount(basic)).toBeUndefined();
  },
);
