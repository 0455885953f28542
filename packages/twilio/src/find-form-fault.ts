/**
 * Render: what Twilio would refuse in the form of a message as it is with a row's values. The bounds are those that the check
 * holds literal values against; only what is sure to be refused is a fault.
 */
import { wrongTime } from './check-schedule.js';
import { type FormPair, valueIn } from './form.js';
import { type MessageParameter, messageParameters } from './parameters.js';

/** Holds nothing of the row, and is the same for every row with that fault. `now` in epoch milliseconds. */
export const findFormFault = (form: readonly FormPair[], now: number): string | undefined => {
  for (const [name, value] of form) {
    const known = Object.hasOwn(messageParameters, name) ? messageParameters[name] : undefined;
    const fault = known && value !== '' ? findFault(form, name, value, known) : undefined;
    if (fault !== undefined) return fault;
  }
  const sendAt = valueIn(form, 'SendAt') ?? '';
  return sendAt === '' || valueIn(form, 'ScheduleType') !== 'fixed' ? undefined : wrongTime(sendAt, now);
};

const findFault = (
  form: readonly FormPair[],
  name: string,
  value: string,
  { maxLength, range, maxCount }: MessageParameter,
): string | undefined => {
  if (maxLength !== undefined && isLonger(value, maxLength)) return `${name} is longer than ${maxLength} characters`;
  if (range !== undefined && !isWithin(value, range))
    return `${name} is no whole number from ${range[0]} to ${range[1]}`;
  if (maxCount === undefined || form.filter(([other]) => other === name).length <= maxCount) return undefined;
  return `there are more than ${maxCount} of ${name}`;
};

/** In code points. */
const isLonger = (text: string, most: number): boolean => text.length > most && [...text].length > most;

const isWithin = (text: string, [least, most]: readonly [number, number]): boolean =>
  /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
