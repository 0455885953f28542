import { describe, expect, it } from 'vitest';
import { maskAction, outlineAction } from './mask-action.js';

const headersOf = (headers: Record<string, string>) =>
  maskAction({ url: 'https://x.example', headers, body: '' }).headers;

describe('an action that is shown', () => {
  it('keeps the names of its secrets', () => {
    const headers = { Authorization: 'Basic {{ secrets.twilio_basic }}', 'X-Api-Key': '{{secrets.key}}' };
    expect(headersOf(headers)).toEqual(headers);
  });

  it('hides a credential that was written into it', () => {
    expect(
      headersOf({
        Authorization: 'Basic QUM6c2VjcmV0',
        authorization: 'Bearer {{ secrets.a }}abc',
        Cookie: 'session=1',
        'X-Auth-Token': 't',
        Accept: 'text/plain',
      }),
    ).toEqual({
      Authorization: 'Basic ********',
      authorization: 'Bearer ********',
      Cookie: '********',
      'X-Auth-Token': '********',
      Accept: 'text/plain',
    });
    const { url } = maskAction({ url: 'https://user:pass@x.example/a@b', headers: {}, body: '' });
    expect(url).toBe('https://********@x.example/a@b');
  });

  it('hides a credential in a parameter of its address', () => {
    const { url } = maskAction({
      url: 'https://x.example/a?api_key=K&n={{ n }}&token={{ secrets.t }}',
      headers: {},
      body: '',
    });
    expect(url).toBe('https://x.example/a?api_key=********&n={{ n }}&token={{ secrets.t }}');
  });
});

describe('an action that is shown to those who only look', () => {
  it('tells of a webhook only where it goes, since any part of it may be a secret', () => {
    const shown = outlineAction({
      url: 'https://hooks.example.com/services/T01/SECRET?x=SECRET',
      headers: {
        'Content-Type': 'application/json',
        'X-Shop-Access': 'SECRET',
        Authorization: 'Bearer {{ secrets.shop }}',
      },
      body: '{"key":"SECRET"}',
    });
    expect(shown).toEqual({
      url: 'https://hooks.example.com/•••',
      headers: {
        'Content-Type': 'application/json',
        'X-Shop-Access': '•••',
        Authorization: 'Bearer {{ secrets.shop }}',
      },
      body: '•••',
    });
  });

  it('tells a message at Twilio by its form', () => {
    const url = `https://api.twilio.com/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`;
    const headers = { Authorization: 'Basic c2VjcmV0' };
    expect(outlineAction({ url, headers, body: 'Body=Hi' })).toEqual({
      url,
      headers: { Authorization: 'Basic ********' },
      body: 'Body=Hi',
    });
  });
});
