/** Bulk retries as the pages show them: what would be retried and how long that takes, and how far those are that run. */
import { formatDuration, maskLaneKey } from '@quailrunner/domain';
import type { BulkRetry, RetryCount, RetryLane, WaitsFor } from '@quailrunner/ledger';
import { placeParts } from './bar.js';
import { formatCount, formatRate, toMoment } from './words.js';

export const presentRetry = (retry: BulkRetry, now: Date) => {
  const { filter, finishedAt, by } = retry;
  return {
    id: retry.retryId,
    state: retry.state,
    task: filter.task,
    code: filter.code,
    since: filter.since && toMoment(filter.since, now),
    until: toMoment(filter.until, now),
    by: by.name,
    started: toMoment(retry.createdAt, now),
    finished: finishedAt && toMoment(finishedAt, now),
    moved: formatCount(retry.moved),
    total: formatCount(retry.total),
    percent: Math.floor((doneOf(retry) / retry.total) * 100),
    parts: presentParts(retry),
    waits: retry.waitsFor.map(presentWait),
  };
};

/** What it has nothing more to do about. */
const doneOf = ({ moved, onTheirWay, returned }: BulkRetry): number => moved - onTheirWay - returned;

/** Of the bar; `fill` is a state's colour. */
const presentParts = (retry: BulkRetry) => {
  const { completed, failed, unknown, skipped, onTheirWay, total, moved, returned, state } = retry;
  const left = total - moved + returned;
  const parts = [
    { fill: 'completed', label: 'completed', runs: completed },
    { fill: 'failed', label: 'failed again', runs: failed },
    { fill: 'unknown', label: 'unknown', runs: unknown },
    { fill: 'skipped', label: 'skipped or canceled', runs: skipped },
    { fill: 'sending', label: 'on their way', runs: onTheirWay },
    { fill: 'none', label: state === 'running' ? 'to come' : 'not retried', runs: left },
  ];
  const shown = parts.filter(({ runs, fill }) => runs > 0 || fill === 'completed' || fill === 'failed');
  return placeParts(shown, total);
};

const presentWait = (wait: WaitsFor) => ({
  name: wait.kind === 'lane' ? `Lane ${wait.laneId}` : `Task ${wait.task}`,
  href: wait.kind === 'lane' ? `/lanes#lane-${wait.laneId}` : `/tasks/${encodeURIComponent(wait.task)}`,
  state: wait.state,
  runs: formatCount(wait.runs),
});

export const presentCount = (count: RetryCount) => ({
  isNone: count.runs === 0,
  isOne: count.runs === 1,
  runs: `${count.isMore ? 'more than ' : ''}${formatCount(count.runs)}`,
  lanes: count.byLane.map((lane) => ({
    id: lane.laneId,
    name: maskLaneKey(lane.key),
    state: lane.state,
    runs: formatCount(lane.runs),
    rate: lane.ratePerSecond === undefined ? 'no limit' : formatRate(lane.ratePerSecond),
    takes: presentTakes([lane]),
  })),
  codes: count.byCode.map(({ code, reason, runs }) => ({ code, reason, runs: formatCount(runs) })),
  takes: presentTakes(count.byLane),
  stopped: count.byLane.filter(({ state }) => state !== 'open').length,
});

/**
 * At least: what waits before them, and messages of several segments, take their turns, too. Lanes send side by side, so the
 * slowest one tells.
 */
const presentTakes = (lanes: readonly RetryLane[]): string | undefined => {
  const seconds = lanes.flatMap(({ runs, ratePerSecond }) => (ratePerSecond === undefined ? [] : runs / ratePerSecond));
  return seconds.length === 0 ? undefined : formatDuration(Math.max(1, ...seconds) * 1_000);
};
