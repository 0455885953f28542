/** The overview as its template wants it: words, shares of a bar, times as people say them. */
import { formatDuration, type Problem, type RunState } from '@quailrunner/domain';
import { placeParts } from './bar.js';
import { bucketSeconds, type Curve } from './open-curve.js';
import type { RunCounts, Status, TaskStatus } from './open-status.js';
import { formatAgo, formatCount } from './words.js';

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

export const presentOverview = (status: Status) => ({
  at: status.at.toISOString(),
  redisAway: status.stores.redis === 'away',
  counted: countedNote(status),
  totals: presentTotals(status.runs),
  tasks: status.tasks.map((task) => presentTask(task, status.at)),
  needs: presentNeeds(status),
});

/** Said where it matters. */
const countedNote = ({ at, countedAt }: Status): string | undefined =>
  at.getTime() - countedAt.getTime() < 5_000 ? undefined : `Counted ${formatAgo(countedAt, at)}.`;

interface Need {
  readonly what: string;
  readonly why?: string | undefined;
  readonly href: string;
}

/** What doesn't go on without a person. */
const presentNeeds = ({ lanes, tasks, runs }: Status): Need[] => [
  ...lanes
    .filter(({ state }) => state === 'held')
    .map(({ lane, laneId, reason }) => ({ what: `Lane ${lane} is held`, why: reason, href: `/lanes#lane-${laneId}` })),
  ...tasks
    .filter(({ state }) => state === 'held')
    .map(({ name, reason }) => ({ what: `Task ${name} is held`, why: reason, href: `/tasks/${name}` })),
  ...tasks
    .filter(({ error }) => error !== undefined)
    .map(({ name, error }) => ({ what: `Task ${name} can’t be scanned`, why: error?.message, href: `/tasks/${name}` })),
  ...tasks.filter(({ runs: { failed, completed } }) => failed > 0 && failed * 10 >= failed + completed).map(failedNeed),
  ...(runs.unknown === 0 ? [] : [unknownNeed(runs.unknown)]),
];

/** A few fail always; a tenth is no accident. */
const failedNeed = ({ name, runs: { failed } }: TaskStatus): Need => ({
  what: `${formatCount(failed)} ${failed === 1 ? 'run' : 'runs'} of ${name} failed`,
  why: 'See why, mend it, and retry them.',
  href: `/tasks/${name}`,
});

const unknownNeed = (runs: number): Need => ({
  what: `${formatCount(runs)} ${runs === 1 ? 'run is' : 'runs are'} unknown`,
  why: 'They may have been sent. Those that a receipt or a look-up can’t settle wait for you.',
  href: '/runs?state=unknown',
});

/** The speed of the last ten seconds that are over. */
export const presentNow = ({ accepted, others }: Curve) => {
  const sum = (rates: readonly number[]): number => rates.reduce((total, rate) => total + rate * bucketSeconds, 0);
  return {
    speed: formatCount(accepted.at(-1) ?? 0),
    accepted: formatCount(Math.round(sum(accepted))),
    others: sum(others) === 0 ? undefined : formatCount(Math.round(sum(others))),
  };
};

const presentTotals = (runs: RunCounts) => [
  { label: 'Completed', count: formatCount(runs.completed), tone: 'completed' },
  { label: 'On their way', count: formatCount(runs.queued + runs.sending), tone: 'sending' },
  { label: 'Waiting', count: formatCount(runs.pending + runs.retrying), tone: 'waiting' },
  { label: 'Unknown', count: formatCount(runs.unknown), tone: runs.unknown > 0 ? 'unknown' : 'none' },
  { label: 'Failed', count: formatCount(runs.failed), tone: runs.failed > 0 ? 'failed' : 'none' },
];

export const presentTask = (task: TaskStatus, now: Date) => {
  const total = Object.values(task.runs).reduce((sum, count) => sum + count, 0);
  return {
    name: task.name,
    state: task.error === undefined ? task.state : 'failing',
    isActive: task.state === 'active',
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

const presentParts = (runs: RunCounts, total: number) => {
  const parts = groups.map(({ state, label, states }) => ({
    state,
    label,
    runs: states.reduce((sum, name) => sum + runs[name], 0),
  }));
  return placeParts(
    parts.filter((part) => part.runs > 0 || always.includes(part.state)),
    total,
  );
};
