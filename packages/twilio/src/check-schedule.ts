/** Check, of messages that Twilio is to send later: twilio.com/docs/messaging/features/message-scheduling, read 2026. */
import type { FormParameter, ParameterProblem } from './check-message-parameters.js';

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/;
const dayMs = 86_400_000;
const bounds = { fromMs: 300_000, toMs: 35 * dayMs };

/** `now` in epoch milliseconds. */
export const checkSchedule = (form: readonly FormParameter[], now: number): ParameterProblem[] => {
  const given = (name: string): FormParameter | undefined => form.find((parameter) => parameter.name === name);
  const [sendAt, type] = [given('SendAt'), given('ScheduleType')];
  const problems: ParameterProblem[] = [];
  const add = (at: FormParameter, message: string, mend: string): void => {
    const { line, column } = at;
    const place = { ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
    problems.push({ severity: 'error', code: 'PARAMETER_SCHEDULE', message, mend, ...place });
  };
  const service = given('MessagingServiceSid');
  for (const parameter of [sendAt, given('ShortenUrls')]) {
    if (parameter !== undefined && service === undefined)
      add(parameter, `${parameter.name} needs a messaging service`, 'send by MessagingServiceSid=MG…');
  }
  if (sendAt !== undefined && type === undefined) add(sendAt, 'SendAt has no effect alone', 'add ScheduleType=fixed');
  if (type?.literal && type.value !== 'fixed') add(type, 'ScheduleType can only be fixed', 'write ScheduleType=fixed');
  if (type !== undefined && sendAt === undefined)
    add(type, 'ScheduleType says nothing of when', 'add SendAt=2026-05-01T09:00:00Z');
  if (sendAt?.literal) {
    const wrong = wrongTime(sendAt.value, now);
    if (wrong !== undefined)
      add(sendAt, wrong, 'write it as 2026-05-01T09:00:00Z, between five minutes and 35 days from now');
  }
  return problems;
};

/** What is wrong with a SendAt; `now` in epoch milliseconds. */
export const wrongTime = (text: string, now: number): string | undefined => {
  const at = isoTime.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) return 'SendAt is no time in ISO 8601 with a time zone';
  if (at - now <= bounds.fromMs) return 'SendAt is less than five minutes from now, or over';
  return at - now > bounds.toMs ? 'SendAt is more than 35 days from now' : undefined;
};
