/** A date written by the directives of strftime, with the names of months and days in a language. */

/** What the directives read: a date by its UTC fields, and the names of its language. */
export interface Wall {
  readonly date: Date;
  readonly names: Names;
}

export interface Names {
  readonly month: Intl.DateTimeFormat;
  readonly shortMonth: Intl.DateTimeFormat;
  readonly day: Intl.DateTimeFormat;
  readonly shortDay: Intl.DateTimeFormat;
}

export const openNames = (locale: string): Names => {
  const open = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC', calendar: 'gregory' });
  return {
    month: open({ month: 'long' }),
    shortMonth: open({ month: 'short' }),
    day: open({ weekday: 'long' }),
    shortDay: open({ weekday: 'short' }),
  };
};

const two = (value: number): string => String(value).padStart(2, '0');
const hour12 = (date: Date): number => date.getUTCHours() % 12 || 12;

const directives = new Map<string, (wall: Wall) => string>([
  ['Y', ({ date }) => String(date.getUTCFullYear()).padStart(4, '0')],
  ['y', ({ date }) => two(date.getUTCFullYear() % 100)],
  ['m', ({ date }) => two(date.getUTCMonth() + 1)],
  ['-m', ({ date }) => String(date.getUTCMonth() + 1)],
  ['B', ({ date, names }) => names.month.format(date)],
  ['b', ({ date, names }) => names.shortMonth.format(date)],
  ['d', ({ date }) => two(date.getUTCDate())],
  ['-d', ({ date }) => String(date.getUTCDate())],
  ['A', ({ date, names }) => names.day.format(date)],
  ['a', ({ date, names }) => names.shortDay.format(date)],
  ['H', ({ date }) => two(date.getUTCHours())],
  ['-H', ({ date }) => String(date.getUTCHours())],
  ['I', ({ date }) => two(hour12(date))],
  ['-I', ({ date }) => String(hour12(date))],
  ['M', ({ date }) => two(date.getUTCMinutes())],
  ['S', ({ date }) => two(date.getUTCSeconds())],
  ['p', ({ date }) => (date.getUTCHours() < 12 ? 'AM' : 'PM')],
  ['%', () => '%'],
]);

const directive = /%(-?.?)/gsu;

/** The first directive that there isn't. */
export const unknownDirective = (format: string): string | undefined => {
  for (const [whole, name = ''] of format.matchAll(directive)) if (!directives.has(name)) return whole;
  return undefined;
};

export const knownDirectives: string = [...directives.keys()].map((name) => `%${name}`).join(' ');

export const writeDate = (wall: Wall, format: string): string =>
  format.replaceAll(directive, (whole, name: string) => directives.get(name)?.(wall) ?? whole);
