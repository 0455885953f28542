import { expect, it } from 'vitest';
import { findFormFault } from './find-form-fault.js';

const now = Date.parse('2026-04-01T12:00:00Z');
const find = (body: string) => findFormFault([...new URLSearchParams(body)], now);
const good = 'From=%2B15005550006&To=%2B15005550010&Body=Hello';
const media = '&MediaUrl=https://example.org/a.png';
const scheduled = 'MessagingServiceSid=MG1&To=1&Body=x&ScheduleType=fixed';

it.each([
  good,
  `To=1&From=1&Body=${'x'.repeat(1_600)}`,
  `To=1&From=1&Body=${'😀'.repeat(1_600)}`,
  good + media.repeat(10),
  `${good}&ValidityPeriod=36000&MediaUrl=&ValidityPeriod=`,
  `${good}&unknown=${'x'.repeat(2_000)}&constructor=1`,
  `${good}&SendAt=never`,
  `${scheduled}&SendAt=2026-04-02T09:00:00Z`,
])('is no fault: %#', (body) => expect(find(body)).toBeUndefined());

it.each([
  [`To=1&From=1&Body=${'x'.repeat(1_601)}`, 'Body is longer than 1600 characters'],
  [`To=1&From=1&Body=${'😀'.repeat(1_601)}`, 'Body is longer than 1600 characters'],
  [good + media.repeat(11), 'there are more than 10 of MediaUrl'],
  [`${good}&ValidityPeriod=0`, 'ValidityPeriod is no whole number from 1 to 36000'],
  [`${good}&ValidityPeriod=1h`, 'ValidityPeriod is no whole number from 1 to 36000'],
  [`${scheduled}&SendAt=tomorrow`, 'SendAt is no time in ISO 8601 with a time zone'],
  [`${scheduled}&SendAt=2026-04-01T12:04:00Z`, 'SendAt is less than five minutes from now, or over'],
  [`${scheduled}&SendAt=2026-05-07T12:00:00Z`, 'SendAt is more than 35 days from now'],
])('is refused by Twilio: %#', (body, fault) => expect(find(body)).toBe(fault));
