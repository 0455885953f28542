/** What somebody looks for among the runs, as the address of the page says it. Pure. */
import { type RunState, runStates } from '@quailrunner/domain';
import type { RunFilter } from '@quailrunner/ledger';
import { fieldOf, isLedgerId } from './forms.js';
import { howToWriteMoment, parseMoment } from './parse-moment.js';

/** The fields of the search form, in their order. */
export const searchFields = ['entity', 'task', 'state', 'code', 'lane', 'since', 'until'] as const;

export type SearchField = (typeof searchFields)[number];

export interface Search {
  /** As they were written; what is absent is ''. */
  readonly values: Readonly<Record<SearchField, string>>;
  /** What is wrong, and what may be written instead. */
  readonly errors: Partial<Record<SearchField, string>>;
  readonly filter: RunFilter;
  /** The last run of the page before. */
  readonly before?: string;
}

/** What there is to be found. */
export interface Known {
  readonly tasks: readonly string[];
  readonly laneIds: readonly number[];
  readonly now: Date;
}

export const parseSearch = (query: unknown, known: Known): Search => {
  const text = (name: string): string => fieldOf(query, name).trim().slice(0, 1_000);
  const values = Object.fromEntries(searchFields.map((name) => [name, text(name)])) as Record<SearchField, string>;
  const errors: Partial<Record<SearchField, string>> = {};
  const { task, state, lane, since, until } = values;
  if (task !== '' && !known.tasks.includes(task)) errors.task = 'There is no such task.';
  if (state !== '' && !isState(state)) errors.state = `One of ${runStates.join(', ')}.`;
  if (lane !== '' && !known.laneIds.some((laneId) => String(laneId) === lane)) errors.lane = 'There is no such lane.';
  const from = parseMoment(since, known.now);
  const before = parseMoment(until, known.now);
  if (since !== '' && from === undefined) errors.since = howToWriteMoment;
  if (until !== '' && before === undefined) errors.until = howToWriteMoment;
  if (from !== undefined && before !== undefined && from >= before)
    errors.until = 'This is not after the time in “Claimed since”.';
  const beforeRunId = text('before');
  return {
    values,
    errors,
    filter: {
      ...(values.entity !== '' && { entityPk: values.entity }),
      ...(task !== '' && { task }),
      ...(isState(state) && { state }),
      ...(values.code !== '' && { code: values.code }),
      ...(lane !== '' && { laneId: Number(lane) }),
      ...(from && { since: from }),
      ...(before && { until: before }),
    },
    ...(isLedgerId(beforeRunId) && { before: beforeRunId }),
  };
};

const isState = (text: string): text is RunState => (runStates as readonly string[]).includes(text);

/** The address of a search. */
export const searchPath = (
  values: Readonly<Partial<Record<SearchField, string>>>,
  more: Readonly<Record<string, string>> = {},
): string => {
  const given = searchFields.map((name): [string, string] => [name, values[name] ?? '']);
  const shown = [...given, ...Object.entries(more)].filter(([, value]) => value !== '');
  const query = new URLSearchParams(shown).toString();
  return query === '' ? '/runs' : `/runs?${query}`;
};
