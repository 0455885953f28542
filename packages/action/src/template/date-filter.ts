/**
 * The filter `date`: a date or timestamp of PostgreSQL, in a time zone (UTC unless given) and a language (English unless
 * given): `{{ starts_at | date("%-d %B, %H:%M", tz="Europe/Berlin", locale="de") }}`. Null stays null.
 */
import { fault, type Run, spend, type Value } from './run.js';
import { knownDirectives, type Names, openNames, unknownDirective, writeDate } from './strftime.js';
import { spendOn, textOf } from './values.js';
import { openZone, readWallClock } from './wall-clock.js';

const defaultFormat = '%Y-%m-%d';

export const checkDateArguments = ([format, tz, locale]: readonly Value[]): string | undefined => {
  if (format !== undefined && typeof format !== 'string') return 'the format of date is a text like "%d.%m.%Y"';
  const unknown = unknownDirective(format ?? '');
  if (unknown !== undefined) return `date has no "${unknown}" (it has ${knownDirectives})`;
  const isZone = tz === undefined || (typeof tz === 'string' && openZone(tz) !== undefined);
  if (!isZone) return 'there is no such time zone: write it like "Europe/Berlin" or "UTC"';
  const isLanguage = locale === undefined || (typeof locale === 'string' && readNames(locale) !== undefined);
  return isLanguage ? undefined : 'there is no such locale: write it like "de" or "en-GB"';
};

const readNames = (locale: string): Names | undefined => {
  try {
    return openNames(locale);
  } catch {
    return undefined;
  }
};

/** Formatters are costly to make, and zones may come from a column: each place of the filter keeps those it met. */
export const openDateFilter = () => {
  const zoneOf = remember(openZone);
  const namesOf = remember(readNames);
  return (run: Run, value: Value, [format, tz, locale]: readonly Value[]): Value => {
    if (value === null) return null;
    const zone = zoneOf(run, textOr(run, tz, 'UTC'));
    if (zone === undefined) throw fault(run, 'RENDER_TIME_ZONE', 'there is no such time zone');
    const names = namesOf(run, textOr(run, locale, 'en'));
    if (names === undefined) throw fault(run, 'RENDER_LOCALE', 'there is no such locale');
    const date = readWallClock(textOf(run, value), zone);
    if (date === undefined) throw fault(run, 'RENDER_NOT_A_DATE', 'the filter date needs a date or a timestamp');
    const pattern = textOr(run, format, defaultFormat);
    spendOn(run, 8_192 + 64 * pattern.length);
    return writeDate({ date, names }, pattern);
  };
};

const textOr = (run: Run, value: Value, instead: string): string =>
  value === undefined || value === null ? instead : textOf(run, value);

const maxRemembered = 64;
/** Making one takes up to a millisecond: so many steps keep a row that names hundreds from holding its worker. */
const openingSteps = 100;

const remember = <Result>(open: (key: string) => Result): ((run: Run, key: string) => Result) => {
  const known = new Map<string, Result>();
  return (run, key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    spend(run, openingSteps);
    if (known.size >= maxRemembered) known.clear();
    const opened = open(key);
    known.set(key, opened);
    return opened;
  };
};
