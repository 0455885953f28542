import { describe, expect, it } from 'vitest';
import { laneKeyOf } from './lane-key.js';
import { accountSidOf, isMessagesUrl, isTwilioUrl } from './twilio-url.js';

const account = `AC${'0a'.repeat(16)}`;
const url = `https://api.twilio.com/2010-04-01/Accounts/${account}/Messages.json`;

describe('a URL', () => {
  it.each([
    url,
    url.replace('api.', 'API.'),
    url.replace('api.', 'api.ie1.'),
    url.replace('api.', 'api.dublin.ie1.'),
    url.replace('twilio.com', 'twilio.com.'),
    url.replace('https://', 'https://user:pw@'),
    'https://api.twilio.com/2010-04-01/Accounts/{{ secrets.account }}/Messages.json',
  ])("is Twilio's, and its Messages: %s", (twilio) => {
    expect(isTwilioUrl(twilio)).toBe(true);
    expect(isMessagesUrl(twilio)).toBe(true);
  });

  it.each([
    'https://api.twilio.com.example.org/',
    'https://evilapi.twilio.com/',
    'https://twilio.com/',
    'https://example.org/?api.twilio.com',
    'https://api.twilio.com@example.org/',
    'ftp://api.twilio.com/',
    'not a url',
    '',
  ])("is not Twilio's: %s", (other) => {
    expect(isTwilioUrl(other)).toBe(false);
    expect(accountSidOf(other)).toBeUndefined();
  });

  it('names its account', () => {
    expect(accountSidOf(url)).toBe(account);
    expect(accountSidOf('https://api.twilio.com/2010-04-01/Accounts/AC12/Messages.json')).toBeUndefined();
    expect(isMessagesUrl(url.replace('Messages', 'Calls'))).toBe(false);
  });
});

describe('the lane of a message', () => {
  it.each([
    [[['From', ' +15005550006 ']], `twilio/${account}/+15005550006`],
    [[['From', 'Quail']], `twilio/${account}/Quail`],
    [[['From', '55555']], `twilio/${account}/55555`],
    [[['From', 'whatsapp:+15005550006']], `twilio/${account}/whatsapp:+15005550006`],
    [[['MessagingServiceSid', 'MG1']], `twilio/${account}/MG1`],
    [
      [
        ['From', '+15005550006'],
        ['MessagingServiceSid', 'MG1'],
      ],
      `twilio/${account}/+15005550006`,
    ],
    [
      [
        ['From', ' '],
        ['MessagingServiceSid', 'MG1'],
      ],
      `twilio/${account}/MG1`,
    ],
    [[['To', '+15005550006']], undefined],
    [[], undefined],
  ] as [[string, string][], string | undefined][])('of %j is %s', (form, key) => {
    expect(laneKeyOf(url, form)).toBe(key);
  });

  it('is not told for other hosts', () => {
    expect(laneKeyOf('https://example.org/', [['From', '+15005550006']])).toBeUndefined();
  });
});
