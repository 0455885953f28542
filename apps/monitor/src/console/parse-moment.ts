/** A time as somebody writes it into a form. */
import { parseDuration } from '@quailrunner/domain';

export const howToWriteMoment = 'Write a time as 2026-11-25 or 2026-11-25 14:30 (UTC), or how long ago: 30m, 2h, 7d.';

const isoDate = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?) ?(Z|[+-]\d{2}:?\d{2}|UTC)?)?$/i;

/** `2h`: that long ago. A time without a zone is one of UTC, as the pages show them. `undefined`: it is no time. */
export const parseMoment = (text: string, now: Date): Date | undefined => {
  const ago = parseDuration(text);
  if (ago !== undefined) return toValid(new Date(now.getTime() - ago));
  const [, day, time = '00:00', zone = 'Z'] = isoDate.exec(text) ?? [];
  if (day === undefined || !isDay(day)) return undefined;
  const offset = /^(?:z|utc)$/i.test(zone) ? 'Z' : zone.replace(/(\d{2}):?(\d{2})$/, '$1:$2');
  return toValid(new Date(`${day}T${time}${offset}`));
};

/** 30 February would be another day. */
const isDay = (day: string): boolean => {
  const at = new Date(`${day}T00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
};

/** What PostgreSQL would refuse, too, is no time. */
const toValid = (at: Date): Date | undefined => {
  const year = at.getUTCFullYear();
  return Number.isNaN(year) || year < 1 || year > 9_999 ? undefined : at;
};
