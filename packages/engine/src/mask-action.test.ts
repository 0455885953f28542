import { describe, expect, it } from 'vitest';
import { maskAction } from './mask-action.js';

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
});
