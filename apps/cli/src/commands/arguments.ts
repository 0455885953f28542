/** Arguments as typed values; what is none is a usage error that says what would be. */
import { type RunState, runStates } from '@quailrunner/domain';
import { InvalidArgumentError } from 'commander';

const parseWhole = (text: string, from: number, to: number): number => {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`);
};

export const wholeNumber =
  (from: number, to: number) =>
  (text: string): number =>
    parseWhole(text, from, to);

export const parsePort = wholeNumber(0, 65_535);

export const parseState = (text: string): RunState => {
  const state = runStates.find((known) => known === text);
  if (state !== undefined) return state;
  throw new InvalidArgumentError(`It must be one of ${runStates.join(', ')}.`);
};

/** The ledger's bigint, as text. */
export const parseRunId = (text: string): string => {
  if (/^\d{1,18}$/.test(text)) return text;
  throw new InvalidArgumentError('A run is named by its number, as `quail runs list` shows it.');
};

/** For `<ids...>`: gathers them. */
export const parseRunIds = (text: string, before: readonly string[] | undefined): string[] => [
  ...(before ?? []),
  parseRunId(text),
];

export const parseLaneIds = (text: string, before: readonly number[] | undefined): number[] => [
  ...(before ?? []),
  parseWhole(text, 1, 999_999_999),
];
