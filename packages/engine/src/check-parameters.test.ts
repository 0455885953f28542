import { compileAction } from '@quailrunner/action';
import { checkMessageParameters } from '@quailrunner/twilio';
import { describe, expect, it } from 'vitest';

const check = (body: string): string[] => {
  const url = `https://api.twilio.com/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`;
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const { formParameters } = compileAction({ url, headers, body });
  return checkMessageParameters(formParameters).map(
    ({ message, line, column }) => `${line ?? '-'}:${column ?? '-'} ${message}`,
  );
};

const number = 'From=+15005550006&To={{.p}}';

describe('a message whose pairs are written by condition', () => {
  it.each([
    `${number}{% if x %}&Body=Hallo{% else %}&Body=Hello{% endif %}`,
    `${number}&{% if x %}Body=Hallo{% else %}Body=Hello{% endif %}`,
    `${number}&Body={% if x %}Hallo{% else %}Hello{% endif %}`,
    '{% if de %}From=+49151000{% else %}From=+15005550006{% endif %}&To={{.p}}&Body=x',
    '{% if de %}From=+49151000&{% else %}From=+15005550006&{% endif %}To={{.p}}&Body=x',
    `${number}{% if x == "de" %}&Body=Hallo{% elif x == "fr" %}&Body=Salut{% else %}&Body=Hello{% endif %}`,
    `${number}{% if x %}&Body=Hallo{% endif %}{% if not x %}&Body=Hello{% endif %}`,
    `${number}{% if x %}{% if y %}{% if z %}&MediaUrl={{.z}}{% else %}&Body=Hallo{% endif %}{% endif %}{% endif %}`,
    `${number}{% for m in media %}{% if loop.first %}&Body=Hello{% endif %}&MediaUrl={{ m }}{% endfor %}`,
  ])('is fine: %s', (body) => expect(check(body)).toEqual([]));

  it.each([
    [`${number}&Body=Hi{% if x %}&Body=Hello{% endif %}`, ['1:47 Body stands here twice']],
    [`${number}{% if x %}&Body=a{% endif %}{% if y %}&Body=b{% endif %}`, ['1:67 Body stands here twice']],
    [
      `${number}&{% if x %}Bdy=Hallo{% else %}Body=Hello{% endif %}`,
      ['1:39 Twilio\'s Messages API has no parameter "Bdy"'],
    ],
    [
      `${number}{% if x %}${'&MediaUrl=https://x.example/a'.repeat(11)}{% else %}&Body=b{% endif %}`,
      ['1:329 MediaUrl stands here 11 times; at most 10'],
    ],
    ['{% if x %}From=1{% else %}From=2{% endif %}&To={{.p}}', ['-:- the message has no content']],
  ])('is wrong: %s', (body, messages) => expect(check(body)).toEqual(messages));
});
