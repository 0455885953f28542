/**
 * PostgreSQL's timestamps as a clock on the wall shows them.
 *
 * A timestamp with an offset is an instant and is shown in the given zone. A date, or a timestamp without an offset, is
 * what a calendar and a clock somewhere showed: it stays as it is.
 */
const timestamp =
  /^(\d{4,6})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?\s*(Z|[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?)?$/i;

/** A formatter for `readWallClock`; `undefined` when there is no such time zone. */
export const openZone = (timeZone: string): Intl.DateTimeFormat | undefined => {
  const [year, month, day, hour, minute, second] = Array.from({ length: 6 }, () => 'numeric' as const);
  const fields = { year, month, day, hour, minute, second };
  try {
    return new Intl.DateTimeFormat('en-US', { ...fields, timeZone, hourCycle: 'h23', calendar: 'gregory' });
  } catch {
    return undefined;
  }
};

/** What the wall shows, as a Date whose UTC fields are to be read; `undefined` when the text is no timestamp. */
export const readWallClock = (text: string, zone: Intl.DateTimeFormat): Date | undefined => {
  const match = timestamp.exec(text.trim());
  if (!match) return undefined;
  const fields = match.slice(1, 7).map((part) => Number(part ?? 0));
  const wall = utcDate(fields);
  // A 31st of April would have become the 1st of May.
  const read = [
    wall.getUTCMonth() + 1,
    wall.getUTCDate(),
    wall.getUTCHours(),
    wall.getUTCMinutes(),
    wall.getUTCSeconds(),
  ];
  if (read.join() !== fields.slice(1).join()) return undefined;
  const offset = match[7];
  return offset === undefined ? wall : inZone(new Date(wall.getTime() - offsetMs(offset)), zone);
};

const offsetMs = (offset: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = (offset.replaceAll(/\D/g, '').match(/\d{2}/g) ?? []).map(Number);
  const ms = ((hours * 60 + minutes) * 60 + seconds) * 1_000;
  return offset.startsWith('-') ? -ms : ms;
};

const fieldTypes = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

const inZone = (instant: Date, zone: Intl.DateTimeFormat): Date => {
  const parts = new Map(zone.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  return utcDate(fieldTypes.map((type) => parts.get(type) ?? 0));
};

/** Date.UTC would read the year 26 as 1926. */
const utcDate = ([year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0]: readonly number[]): Date => {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  return date;
};
