import { describe, expect, it } from 'vitest';
import type { FormParameter } from './check-message-parameters.js';
import { checkSchedule } from './check-schedule.js';

const now = Date.parse('2026-04-01T12:00:00Z');

const check = (body: string): string[] => {
  const form: FormParameter[] = [...new URLSearchParams(body)].map(([name, value]) => ({
    name,
    value,
    literal: !value.includes('{{'),
  }));
  return checkSchedule(form, now).map(({ message, mend }) => `${message} → ${mend}`);
};

const service = 'MessagingServiceSid=MG1';
const scheduled = `${service}&ScheduleType=fixed`;
const between = 'write it as 2026-05-01T09:00:00Z, between five minutes and 35 days from now';

describe('a message that is to be sent later', () => {
  it.each([
    service,
    `${scheduled}&SendAt=2026-04-02T09:00:00Z`,
    `${scheduled}&SendAt=2026-04-02T09:00:00%2B02:00`,
    `${scheduled}&SendAt={{.at}}`,
    `${service}&ShortenUrls=true`,
  ])('is fine: %s', (body) => expect(check(body)).toEqual([]));

  it.each([
    ['From=1&ScheduleType=fixed&SendAt={{.at}}', 'SendAt needs a messaging service → send by MessagingServiceSid=MG…'],
    ['From=1&ShortenUrls=true', 'ShortenUrls needs a messaging service → send by MessagingServiceSid=MG…'],
    [`${service}&SendAt={{.at}}`, 'SendAt has no effect alone → add ScheduleType=fixed'],
    [`${service}&ScheduleType=later&SendAt={{.at}}`, 'ScheduleType can only be fixed → write ScheduleType=fixed'],
    [scheduled, 'ScheduleType says nothing of when → add SendAt=2026-05-01T09:00:00Z'],
    [`${scheduled}&SendAt=tomorrow`, `SendAt is no time in ISO 8601 with a time zone → ${between}`],
    [`${scheduled}&SendAt=2026-04-02T09:00:00`, `SendAt is no time in ISO 8601 with a time zone → ${between}`],
    [`${scheduled}&SendAt=2026-04-01T12:05:00Z`, `SendAt is less than five minutes from now, or over → ${between}`],
    [`${scheduled}&SendAt=2026-05-06T12:00:01Z`, `SendAt is more than 35 days from now → ${between}`],
  ])('is refused: %s', (body, message) => expect(check(body)).toEqual([message]));
});
