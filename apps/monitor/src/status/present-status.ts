/** The status as the page's template wants it: words, shares of a bar, times as people say them. */
import { formatDuration, type Problem, type RunState } from '@quailrunner/domain';
import type { LaneStatus, RunCounts, Status, TaskStatus } from './open-status.js';

interface Part {
  readonly state: string;
  readonly label: string;
  readonly count: string;
  /** Of the bar, in percent. */
  readonly from: number;
  readonly width: number;
}

/** In the order of a run's life; states that look the same from outside share a word. */
const groups: readonly { state: string; label: string; states: readonly RunState[] }[] = [
  { state: 'completed', label: 'completed', states: ['completed'] },
  { state: 'sending', label: 'sending', states: ['sending'] },
  { state: 'queued', label: 'queued', states: ['queued'] },
  { state: 'waiting', label: 'waiting', states: ['pending'] },
  { state: 'retrying', label: 'retrying', states: ['retrying'] },
  { state: 'unknown', label: 'unknown', states: ['unknown'] },
  { state: 'failed', label: 'failed', states: ['failed'] },
  { state: 'skipped', label: 'skipped or canceled', states: ['skipped', 'canceled'] },
];

/** Shown even when they are zero. */
const always = ['completed', 'failed'];

export const presentStatus = (status: Status) => ({
  at: status.at.toISOString(),
  redisAway: status.stores.redis === 'away',
  totals: presentTotals(status.runs),
  tasks: status.tasks.map((task) => presentTask(task, status.at)),
  lanes: status.lanes.map(presentLane),
});

const presentTotals = (runs: RunCounts) => [
  { label: 'Completed', count: formatCount(runs.completed), tone: 'completed' },
  { label: 'On their way', count: formatCount(runs.queued + runs.sending), tone: 'sending' },
  { label: 'Waiting', count: formatCount(runs.pending + runs.retrying), tone: 'waiting' },
  { label: 'Unknown', count: formatCount(runs.unknown), tone: runs.unknown > 0 ? 'unknown' : 'none' },
  { label: 'Failed', count: formatCount(runs.failed), tone: runs.failed > 0 ? 'failed' : 'none' },
];

const presentTask = (task: TaskStatus, now: Date) => {
  const total = Object.values(task.runs).reduce((sum, count) => sum + count, 0);
  return {
    name: task.name,
    state: task.error === undefined ? task.state : 'failing',
    meta: [`source ${task.source}`, `every ${formatDuration(task.everyMs)}`, `revision ${task.revision}`],
    scan: presentScan(task, now),
    held: task.reason,
    error: task.error && presentError(task.error),
    total: formatCount(total),
    parts: total === 0 ? [] : presentParts(task.runs, total),
  };
};

const presentScan = (task: TaskStatus, now: Date): string => {
  if (task.lastScanAt === undefined) return 'not scanned yet';
  const ago = `scanned ${formatAgo(task.lastScanAt, now)}`;
  return `${ago}: ${formatCount(task.entitiesRead ?? 0)} read, ${formatCount(task.entitiesClaimed ?? 0)} new`;
};

const presentError = ({ code, message, mend, line, column }: Problem) => ({
  code,
  message,
  mend,
  place: line === undefined ? undefined : column === undefined ? `line ${line}` : `line ${line}, column ${column}`,
});

const presentParts = (runs: RunCounts, total: number): Part[] => {
  let from = 0;
  const parts: Part[] = [];
  for (const { state, label, states } of groups) {
    const count = states.reduce((sum, name) => sum + runs[name], 0);
    if (count === 0 && !always.includes(state)) continue;
    const width = (count / total) * 100;
    parts.push({ state, label, count: formatCount(count), from: round(from), width: round(width) });
    from += width;
  }
  return parts;
};

const presentLane = (lane: LaneStatus) => ({
  name: lane.lane,
  state: lane.state,
  reason: reasonOf(lane),
  rate: lane.ratePerSecond === undefined ? '–' : formatRate(lane.ratePerSecond),
  pace: paceOf(lane),
  waiting: formatCount(lane.waiting),
  queued: formatCount(lane.queued),
  sending: formatCount(lane.sending),
});

const reasonOf = ({ state, reason, backoffMs, backoffCode }: LaneStatus): string | undefined => {
  if (state === 'paused' && reason !== undefined) return `by ${reason}`;
  if (reason !== undefined || backoffMs === undefined) return reason;
  return `${backoffCode}: rests for ${Math.ceil(backoffMs / 1_000)} s`;
};

/** How fast it sends at present, where it was told to slow down. */
const paceOf = ({ backoffMs, pace }: LaneStatus): string | undefined =>
  backoffMs === undefined && pace !== undefined ? `now ${formatRate(pace)}` : undefined;

const formatRate = (ratePerSecond: number): string =>
  ratePerSecond >= 1 ? `${formatCount(ratePerSecond)}/s` : `${formatCount(ratePerSecond * 60)}/min`;

const formatAgo = (at: Date, now: Date): string => {
  const ms = now.getTime() - at.getTime();
  return ms < 1_000 ? 'just now' : `${formatDuration(ms)} ago`;
};

const formatCount = (count: number): string => count.toLocaleString('en-US', { maximumFractionDigits: 1 });

const round = (share: number): number => Math.round(share * 1_000) / 1_000;
