/** A bulk retry as a person reads of it: what it would take, how far it is, and what came of it. */
import { formatDuration, maskLaneKey } from '@quailrunner/domain';
import type { BulkRetry, RetryCode, RetryCount, RetryLane, WaitsFor } from '@quailrunner/ledger';
import { formatRate } from './rate.js';
import { type Column, formatCount, formatNumberOf, formatTable } from './table.js';
import type { Painter } from './terminal.js';

const laneColumns: readonly Column<RetryLane>[] = [
  { title: 'RUNS', value: ({ runs }) => runs, align: 'right' },
  { title: 'LANE', value: ({ laneId }) => String(laneId), align: 'right' },
  { title: 'KEY', value: ({ key }) => maskLaneKey(key) },
  { title: 'STATE', value: ({ state }) => state, paint: ({ state }) => (state === 'open' ? undefined : 'yellow') },
  { title: 'RATE', value: ({ ratePerSecond }) => formatRate(ratePerSecond), align: 'right' },
  { title: 'TAKES', value: (lane) => takesOf(lane), align: 'right' },
];

const takesOf = ({ runs, ratePerSecond }: RetryLane): string | undefined =>
  ratePerSecond === undefined ? undefined : formatDuration((runs / ratePerSecond) * 1_000);

const codeColumns: readonly Column<RetryCode>[] = [
  { title: 'RUNS', value: ({ runs }) => runs, align: 'right' },
  { title: 'CODE', value: ({ code }) => code },
  { title: 'REASON', value: ({ reason }) => reason },
];

export const formatRetryCount = ({ byLane, byCode }: RetryCount, paint: Painter): string =>
  `${formatTable(laneColumns, byLane, paint)}\n\n${formatTable(codeColumns, byCode, paint)}`;

/** `3 of 10 moved: 1 completed, 1 failed again, 1 on their way`. */
export const formatProgress = (retry: BulkRetry): string =>
  `${formatCount(retry.moved)} of ${formatCount(retry.total)} moved: ${formatOutcome(retry)}`;

export const formatOutcome = (retry: BulkRetry): string => {
  const { completed, failed, unknown, skipped, returned, onTheirWay } = retry;
  const others = [
    [unknown, 'unknown'],
    [skipped, 'skipped or canceled'],
    [returned, 'given back'],
    [onTheirWay, 'on their way'],
  ] as const;
  return [
    `${formatCount(completed)} completed`,
    `${formatCount(failed)} failed again`,
    ...others.filter(([runs]) => runs > 0).map(([runs, what]) => `${formatCount(runs)} ${what}`),
  ].join(', ');
};

/** `lane 3 is held (120 runs)`. */
export const formatWaits = (waitsFor: readonly WaitsFor[]): string =>
  waitsFor
    .map((wait) => {
      const what = wait.kind === 'lane' ? `lane ${wait.laneId}` : wait.task;
      return `${what} is ${wait.state} (${formatNumberOf(wait.runs, 'run')})`;
    })
    .join(', ');

/** `welcome, 30003, since …`: which runs it takes. */
export const formatFilter = ({ filter: { task, code, since } }: BulkRetry): string =>
  [task ?? 'all tasks', code, since && `since ${since.toISOString()}`].filter(Boolean).join(', ');
