import { expect, it } from 'vitest';
import { readAccount, readCallbackOptions } from './sandbox.js';

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

it('calls back our own address, and signs with the secret twilio_auth_token what a key has sent', () => {
  const publicUrl = 'https://quail.example.com';
  expect(readCallbackOptions({ publicUrl, secrets: { twilio_auth_token: 'token', twilio_basic: 'x' } })).toEqual({
    callbackOrigin: publicUrl,
    callbackAuthToken: 'token',
  });
  expect(readCallbackOptions({ secrets: {} })).toEqual({});
});
