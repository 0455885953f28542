import { describe, expect, it } from 'vitest';
import { checkTwilioUrl } from './check-twilio-url.js';

const account = `AC${'0'.repeat(31)}7`;
const base = 'https://api.twilio.com/2010-04-01/Accounts';

const check = (url: string): string[] =>
  checkTwilioUrl(url).map(({ severity, message, mend }) => `${severity}: ${message} → ${mend}`);

describe("an address at Twilio's", () => {
  it.each([
    `${base}/${account}/Messages.json`,
    `https://api.dublin.ie1.twilio.com/2010-04-01/Accounts/${account}/Messages.json`,
    `${base}/{{ secrets.account }}/Messages.json`,
    `${base}/{{ account | default("a/b?c") }}/Messages.json?x=1`,
    'https://example.com/2010-04-01/Accounts/AC1/Message.json',
  ])('is fine: %s', (url) => {
    expect(check(url)).toEqual([]);
  });

  const whole = 'write https://api.twilio.com/2010-04-01/Accounts/AC…/Messages.json';
  it.each([
    [`${base}/${account}/Message.json`, 'Twilio takes no messages at "Message.json" → did you mean "Messages.json"?'],
    [`${base}/${account}/Messages`, 'Twilio takes no messages at "Messages" → did you mean "Messages.json"?'],
    [`${base}/${account}/messages.json`, 'Twilio takes no messages at "messages.json" → did you mean "Messages.json"?'],
    [
      `${base}/${account}/Messages.json/`,
      'Twilio takes no messages at "Messages.json/" → did you mean "Messages.json"?',
    ],
    [`${base}/${account}/Calls.json`, `Twilio takes no messages at "Calls.json" → ${whole}`],
    [`${base}/${account}`, `Twilio takes no messages at "" → ${whole}`],
    ['https://api.twilio.com/', `this is not where Twilio takes messages → ${whole}`],
    [
      `https://api.twilio.com/2010-04-1/Accounts/${account}/Messages.json`,
      `this is not where Twilio takes messages → ${whole}`,
    ],
  ])('that takes no messages is a mistake: %s', (url, said) => {
    expect(check(url)).toEqual([`error: ${said}`]);
  });

  it.each([account.slice(0, -1), account.replace('AC', 'SK'), 'AC…'])('with the SID %s is a mistake', (sid) => {
    expect(check(`${base}/${sid}/Messages.json`)).toEqual([
      `error: "${sid}" is no account's SID → it is AC and 32 digits from 0-9 and a-f, as the console of Twilio shows it`,
    ]);
  });
});
