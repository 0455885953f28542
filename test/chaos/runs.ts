/** The ledger's word on the runs. */
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
