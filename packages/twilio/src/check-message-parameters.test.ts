import { describe, expect, it } from 'vitest';
import { checkMessageParameters, type FormParameter } from './check-message-parameters.js';

const form = (body: string): FormParameter[] =>
  [...new URLSearchParams(body)].map(([name, value]) => ({ name, value, literal: !value.includes('{{') }));

const check = (body: string): string[] =>
  checkMessageParameters(form(body)).map(
    ({ severity, code, message, mend }) => `${severity} ${code}: ${message}${mend ? ` → ${mend}` : ''}`,
  );

const good = 'From=%2B15005550006&To={{.phone_number}}&Body=Hello!';

describe('the parameters of a message', () => {
  it.each([
    good,
    `${good}&MediaUrl=https://example.org/a.png&MediaUrl=https://example.org/b.png`,
    `To={{.p}}&From=1&Body=${'😀'.repeat(1_600)}`,
    `${good}&StatusCallback=https://example.org/&ValidityPeriod=3600`,
    'To={{.p}}&MessagingServiceSid=MG1&MediaUrl={{.m}}&ValidityPeriod={{.v}}',
    'To={{.p}}&MessagingServiceSid=MG1&ContentSid=HX1&PersistentAction=a&PersistentAction=b&PersistentAction=c',
  ])('are fine: %s', (body) => {
    expect(check(body)).toEqual([]);
  });

  it('lacks all three at once', () => {
    expect(check('')).toEqual([
      'error PARAMETER_MISSING: the message has no recipient → add To={{ .phone_number }}',
      'error PARAMETER_MISSING: the message has no sender → add From=+15005550006 (a number of your account) or MessagingServiceSid=MG…',
      'error PARAMETER_MISSING: the message has no content → add Body=…, MediaUrl=… or ContentSid=HX…',
    ]);
  });

  it('counts an empty value as missing', () => {
    expect(check('From=%2B15005550006&To=&Body={{.text}}')).toHaveLength(1);
  });

  it.each([
    ['to', 'To'],
    ['Form', 'From'],
    ['body', 'Body'],
    ['MediaURL', 'MediaUrl'],
    ['MediaUrl[]', 'MediaUrl'],
    ['MediaUrl0', 'MediaUrl'],
    ['StatusCalback', 'StatusCallback'],
    ['MesagingServiceSID', 'MessagingServiceSid'],
    ['ValidityPeroid', 'ValidityPeriod'],
  ])('takes %s for a misspelt %s, and says so once', (typed, meant) => {
    const others = good.split('&').filter((pair) => !pair.startsWith(`${meant}=`));
    expect(check([...others, `${typed}=x`].join('&'))).toEqual([
      `error PARAMETER_MISSPELT: Twilio's Messages API has no parameter "${typed}" → did you mean "${meant}"?`,
    ]);
  });

  it('warns of a name that is like none: Twilio ignores it', () => {
    expect(check(`${good}&campaign=spring`)).toEqual([
      'warning PARAMETER_UNKNOWN: Twilio\'s Messages API has no parameter "campaign" → Twilio will ignore it: leave it out',
    ]);
    expect(check(`${good}&constructor=1`)).toHaveLength(1);
  });

  it('warns that MaxPrice has no effect', () => {
    expect(check(`${good}&MaxPrice=0.02`)).toEqual([
      'warning PARAMETER_WITHOUT_EFFECT: MaxPrice has had no effect since June 2024: Twilio sends the message at any price → leave it out',
    ]);
  });

  it.each([
    [`${good}&ValidityPeriod=0`, 'ValidityPeriod must be a whole number from 1 to 36000'],
    [`${good}&ValidityPeriod=1h`, 'ValidityPeriod must be a whole number from 1 to 36000'],
    [`To={{.p}}&From=1&Body=${'x'.repeat(1_601)}`, 'Body is 1601 characters long; at most 1600 are allowed'],
    [`${good}${'&MediaUrl=https://example.org/a.png'.repeat(11)}`, 'MediaUrl stands here 11 times; at most 10'],
    [`${good}&Body=Again`, 'Body stands here twice'],
  ])('are out of bounds: %#', (body, message) => {
    expect(checkMessageParameters(form(body)).map((problem) => problem.message)).toEqual([message]);
  });

  it('keeps the place of a parameter', () => {
    const place = { line: 3, column: 14 };
    const [problem] = checkMessageParameters([...form(good), { name: 'too', value: 'x', literal: true, ...place }]);
    expect(problem).toMatchObject({ ...place, mend: 'did you mean "To"?' });
  });

  it.each([
    ['15005550006', '+15005550006'],
    ['5005550006', '+15005550006'],
    ['(500) 555-0006', '+15005550006'],
    ['whatsapp:15005550006', 'whatsapp:+15005550006'],
  ])('warns of the sender %s, which lacks its plus', (from, meant) => {
    expect(check(`From=${from}&To={{.p}}&Body=x`)).toEqual([
      `warning PARAMETER_SENDER: From is a number without its plus → write From=${meant}`,
    ]);
  });

  it.each(['%2B15005550006', '12345', 'QUAIL', 'whatsapp:%2B15005550006', '1800FLOWERS'])(
    'has nothing against the sender %s',
    (from) => {
      expect(check(`From=${from}&To={{.p}}&Body=x`)).toEqual([]);
    },
  );

  it('that may stand once says which to keep', () => {
    expect(check(`${good}&To=%2B15005550010`)).toEqual(['error PARAMETER_REPEATED: To stands here twice → keep one']);
  });
});
