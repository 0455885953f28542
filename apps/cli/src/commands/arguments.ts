/** Arguments as typed values; what is none is a usage error that says what would be. Each message goes on after `"abc"`. */
import {
  acts,
  isActorName,
  parseDuration,
  parseRate,
  type Role,
  type RunState,
  roles,
  runStates,
  type SubjectKind,
  subjectKinds,
} from '@quailrunner/domain';
import { InvalidArgumentError } from 'commander';

export const wholeNumber =
  (from: number, to: number) =>
  (text: string): number => {
    const value = toWhole(text);
    if (value >= from && value <= to) return value;
    throw new InvalidArgumentError(`is not a whole number from ${from} to ${to}`);
  };

const toWhole = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN);

export const parsePort = wholeNumber(0, 65_535);

export const parseState = (text: string): RunState => {
  const state = runStates.find((known) => known === text);
  if (state !== undefined) return state;
  throw new InvalidArgumentError(`is not a state of a run: they are ${runStates.join(', ')}`);
};

const isoTime = /^(\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/** A duration is that long ago; a time without a zone is the reader's, as tables show it, and a day begins at midnight. */
export const parseTime = (text: string): Date => {
  const ago = parseDuration(text);
  const time = ago === undefined ? parseIsoTime(text) : new Date(Date.now() - ago);
  if (time !== undefined && !Number.isNaN(time.getTime())) return time;
  throw new InvalidArgumentError('is neither a time such as 2026-03-01T12:00 nor a duration such as 30m, 2h or 7d');
};

const parseIsoTime = (text: string): Date | undefined => {
  const [, day] = isoTime.exec(text) ?? [];
  // JavaScript reads the 31st of February as a day in March.
  if (day === undefined || new Date(`${day}T00:00Z`).toJSON()?.slice(0, 10) !== day) return undefined;
  return new Date(text === day ? `${day}T00:00` : text);
};

/** The ledger's bigint, as text. */
export const isRunId = (text: string): boolean => /^\d{1,18}$/.test(text);

/** After what was typed instead. */
export const notARunId = "is not a run's id: that is a number, as `quail runs list` shows it";

export const parseRunId = (text: string): string => {
  if (isRunId(text)) return text;
  throw new InvalidArgumentError(notARunId);
};

/** For `<ids...>`: gathers them. */
export const parseRunIds = (text: string, before: readonly string[] | undefined): string[] => [
  ...(before ?? []),
  parseRunId(text),
];

export const parseLaneId = (text: string): number => {
  const id = toWhole(text);
  if (id >= 1) return id;
  throw new InvalidArgumentError("is not a lane's number: `quail lanes list` shows them");
};

export const parseLaneIds = (text: string, before: readonly number[] | undefined): number[] => [
  ...(before ?? []),
  parseLaneId(text),
];

/** As a lane's key names it. */
export const parseSender = (text: string): string => {
  const sender = text.replace(/^twilio\//, '');
  if (/^AC[0-9a-fA-F]{32}\/.+$/.test(sender)) return `twilio/${sender}`;
  throw new InvalidArgumentError('does not name an account and a sender, such as AC…/+15005550006');
};

export const parseAddress = (text: string): string => {
  if (/^\+\d{7,15}$|^[a-z]+:.+$/.test(text)) return text;
  throw new InvalidArgumentError('is not a number in full, such as +15005550010 or whatsapp:+15005550010');
};

export const parseRateOrDefault = (text: string): number | 'default' => {
  const rate = text === 'default' ? text : parseRate(text);
  if (rate !== undefined) return rate;
  throw new InvalidArgumentError("is not a rate such as 10/s, 60/min or 1000/h, nor 'default'");
};

export const parseActorName = (text: string): string => {
  if (isActorName(text)) return text;
  throw new InvalidArgumentError('is not a name: letters and digits, with . _ @ - between them, at most 63');
};

export const parseRole = (text: string): Role => {
  const role = roles.find((known) => known === text);
  if (role !== undefined) return role;
  throw new InvalidArgumentError(`is not a role: they are ${roles.join(', ')}`);
};

/** Milliseconds. */
export const parseExpiry = (text: string): number => {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0 && ms <= longestExpiryMs) return ms;
  throw new InvalidArgumentError('is not a time such as 12h or 90d, of ten years at most');
};

const longestExpiryMs = 3_650 * 86_400_000;

export const parseAuditId = (text: string): string => {
  if (isRunId(text)) return text;
  throw new InvalidArgumentError("is not an act's number, as `quail audit list` shows it");
};

export const parseAct = (text: string): string => {
  if (acts.some((known) => known === text)) return text;
  throw new InvalidArgumentError(`is not an act: they are ${acts.join(', ')}`);
};

export interface SubjectWish {
  readonly subjectKind: SubjectKind;
  readonly subjectId?: string;
}

/** `task:welcome`, or `task` for all of them. */
export const parseSubject = (text: string): SubjectWish => {
  const [, kind, id] = /^([a-z]+)(?::(.+))?$/.exec(text) ?? [];
  const subjectKind = subjectKinds.find((known) => known === kind);
  if (subjectKind !== undefined) return { subjectKind, ...(id !== undefined && { subjectId: id }) };
  throw new InvalidArgumentError(`is not such as task:welcome or lane:3; there are ${subjectKinds.join(', ')}`);
};
