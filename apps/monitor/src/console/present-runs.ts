/** A page of runs as its table wants it. */
import { maskEntityPk } from '@quailrunner/domain';
import type { RunRow } from '@quailrunner/ledger';
import type { CodeTable } from '@quailrunner/twilio';
import { type Search, searchFields, searchPath } from './parse-search.js';
import { cancel, retry } from './run-acts.js';
import { meaningOf } from './say-why.js';
import { formatCount, toMoment } from './words.js';

export const runsShown = 50;

interface Shown {
  /** One more than are shown, where there are more. */
  readonly runs: readonly RunRow[];
  readonly codes: CodeTable;
  readonly now: Date;
}

export const presentRuns = (search: Search, { runs, codes, now }: Shown) => {
  const shown = runs.slice(0, runsShown);
  const last = shown.at(-1);
  const isMore = runs.length > shown.length;
  const { values, before } = search;
  return {
    runs: shown.map((run) => presentRow(run, codes, now)),
    older: isMore && last !== undefined ? searchPath(values, { before: last.runId }) : undefined,
    newest: before === undefined ? undefined : searchPath(values),
    here: searchPath(values, before === undefined ? {} : { before }),
    retry: presentRetry(search, isMore || before !== undefined ? undefined : shown.length),
    canRetry: shown.some(({ state }) => retry.may(state)),
    canCancel: shown.some(({ state }) => cancel.may(state)),
    isSearch: searchFields.some((name) => values[name] !== ''),
  };
};

const presentRow = (run: RunRow, codes: CodeTable, now: Date) => ({
  id: run.runId,
  href: `/runs/${run.runId}`,
  task: run.task,
  taskHref: taskPath(run.task),
  entity: maskEntityPk(run.entityPk),
  state: run.state,
  delivery: run.delivery,
  code: run.code ?? run.deliveryCode,
  reason: run.reason ?? meaningOf(run.code ?? run.deliveryCode, codes),
  attempts: formatCount(run.attempts),
  when: toMoment(sinceOf(run), now),
  canChoose: retry.may(run.state) || cancel.may(run.state),
});

/** Since when it is as it is. */
const sinceOf = ({ finishedAt, startedAt, queuedAt, claimedAt }: RunRow): Date =>
  finishedAt ?? startedAt ?? queuedAt ?? claimedAt;

/** Where a task stands that runs belong to: a test's is the task that was tried. */
export const taskPath = (task: string): string => `/tasks/${task.replace(/~test$/, '')}`;

/** A bulk retry knows neither entities nor lanes; of its times it takes those at which runs failed. */
const presentRetry = ({ values, filter }: Search, all: number | undefined) => {
  if (filter.state !== 'failed' || filter.entityPk !== undefined || filter.laneId !== undefined) return undefined;
  const { task, code, since, until } = filter;
  const hasTime = since !== undefined || until !== undefined;
  if (all === 0 && !hasTime) return undefined;
  const query = new URLSearchParams({
    ...(task !== undefined && { task }),
    ...(code !== undefined && { code }),
    ...(since && { since: since.toISOString() }),
    ...(until && { until: until.toISOString() }),
  });
  const number = all === undefined ? 'all of these' : `these ${formatCount(all)}`;
  return {
    href: `/retries/new?${query}`,
    text: hasTime ? `Retry what failed ${whenOf(values)}…` : `Retry ${number}…`,
  };
};

const whenOf = ({ since, until }: Search['values']): string =>
  [since !== '' && `since ${since}`, until !== '' && `until ${until}`]
    .filter(Boolean)
    .join(', ')
    .replaceAll(/(\d(?:ms|[smhd]))(?=,|$)/g, '$1 ago');
