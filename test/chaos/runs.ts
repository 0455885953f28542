/** The ledger's word on the runs and their attempts. */
import { finalStates, type RunState } from '@quailrunner/domain';
import type { House } from './house.js';

export type RunCounts = Readonly<Partial<Record<RunState, number>>>;

export const countRuns = async ({ postgres }: House): Promise<RunCounts> => {
  const rows = await postgres.ask<{ state: RunState; runs: number }>(
    'ledger',
    'select state, count(*)::int as runs from quailrunner.runs group by state order by state',
  );
  return Object.fromEntries(rows.map(({ state, runs }) => [state, runs]));
};

export const sumOf = (counts: RunCounts, states?: readonly RunState[]): number =>
  Object.entries(counts)
    .filter(([state]) => states === undefined || states.includes(state as RunState))
    .reduce((sum, [, runs]) => sum + runs, 0);

export const areFinal = (counts: RunCounts, entities: number): boolean => sumOf(counts, finalStates) === entities;

/** How attempts were settled whose answer did not say it, `by look-up: accepted`, with how many. */
export const countSettled = async ({ postgres }: House): Promise<Record<string, number>> => {
  const rows = await postgres.ask<{ how: string; attempts: number }>(
    'ledger',
    `select 'by ' || settled_by || ': ' || verdict as how, count(*)::int as attempts
     from quailrunner.attempts where settled_by is not null group by 1 order by 1`,
  );
  return Object.fromEntries(rows.map(({ how, attempts }) => [how, attempts]));
};
