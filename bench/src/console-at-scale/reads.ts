/** What pages and API lists ask of the ledger, one line each. */
import {
  countLanes,
  countRuns,
  countUnknown,
  groupFailures,
  type Ledger,
  type RunFilter,
  readRun,
  readRuns,
  readScans,
  readTasks,
  readThroughput,
} from '@quailrunner/ledger';
import type { Filled } from './fill-ledger.js';
import { listLimitMs, type Read, searchLimitMs } from './measure.js';

const hourMs = 3_600_000;
/** Counting takes a second on an idle machine; it is done for all who look, and not again for ten times as long as it took. */
const countLimitMs = 5_000;
/** Read once when a monitor starts. */
const hourOfThroughputLimitMs = 1_000;

export const makeReads = (ledger: Ledger, { entities, runIds, smallLaneId, now }: Filled): Read[] => {
  const list = (filter: RunFilter, beforeRunId?: string): Read => ({
    name: `runs ${describe(filter)}${beforeRunId === undefined ? '' : ' before a run in the middle'}`,
    limitMs: filter.entityPk === undefined ? listLimitMs : searchLimitMs,
    ask: () => readRuns(ledger, filter, { limit: 50, ...(beforeRunId === undefined ? {} : { beforeRunId }) }),
  });
  const read = (name: string, limitMs: number, ask: Read['ask']): Read => ({ name, limitMs, ask });
  const pick = (from: readonly string[], round: number): string => from[round % from.length] ?? '';
  const ago = (ms: number): Date => new Date(now.getTime() - ms);
  const middle = runIds[0] ?? '';

  return [
    read('runs of an entity', searchLimitMs, (round) =>
      readRuns(ledger, { entityPk: pick(entities, round) }, { limit: 50 }),
    ),
    read('runs of an entity of a task', searchLimitMs, (round) =>
      readRuns(ledger, { entityPk: pick(entities, round), task: 'huge' }, { limit: 50 }),
    ),
    list({ entityPk: 'nobody' }),
    read('a run with its story', searchLimitMs, (round) => readRun(ledger, pick(runIds, round))),
    list({}),
    list({}, middle),
    list({ task: 'tiny' }),
    list({ task: 'small', state: 'completed' }),
    list({ task: 'huge' }),
    list({ task: 'huge' }, middle),
    list({ task: 'huge', state: 'completed' }, middle),
    list({ task: 'huge', state: 'canceled' }),
    list({ task: 'tiny', state: 'canceled' }),
    list({ task: 'huge', state: 'retrying' }),
    list({ task: 'huge', state: 'failed', code: '30003' }),
    list({ state: 'pending' }),
    list({ state: 'queued' }),
    list({ state: 'sending' }),
    list({ state: 'completed' }),
    list({ state: 'failed' }),
    list({ state: 'retrying' }),
    list({ state: 'unknown' }),
    list({ state: 'skipped' }),
    list({ state: 'canceled' }),
    list({ state: 'canceled', until: ago(240 * hourMs) }),
    list({ code: '30003' }),
    list({ code: 'nobody' }),
    list({ code: '30003', since: ago(2 * hourMs) }),
    list({ laneId: smallLaneId }),
    list({ laneId: smallLaneId, task: 'tiny' }),
    list({ laneId: smallLaneId, state: 'failed' }),
    list({ laneId: smallLaneId, code: '30003' }),
    list({ since: ago(2 * hourMs) }),
    list({ until: ago(700 * hourMs) }),
    list({ state: 'failed', since: ago(360 * hourMs), until: ago(359 * hourMs) }),
    list({ task: 'small', since: ago(2 * hourMs) }),
    read('failures of a huge task', listLimitMs, () => groupFailures(ledger, 'huge')),
    read('failures of a tiny task', listLimitMs, () => groupFailures(ledger, 'tiny')),
    read('unknown runs, counted', searchLimitMs, () => countUnknown(ledger)),
    read('lanes with their counts', listLimitMs, () => countLanes(ledger)),
    read('tasks', listLimitMs, () => readTasks(ledger)),
    read('scans', listLimitMs, () => readScans(ledger, { limit: 50 })),
    read('scans of a task', listLimitMs, () => readScans(ledger, { task: 'huge', limit: 50 })),
    read('throughput of the last seconds', searchLimitMs, () =>
      readThroughput(ledger, { since: new Date(Date.now() - 20_000), bucketSeconds: 10 }),
    ),
    read('throughput of the last hour, once', hourOfThroughputLimitMs, () =>
      readThroughput(ledger, { since: ago(hourMs), bucketSeconds: 60 }),
    ),
    read('runs of a small task, counted', listLimitMs, () => countRuns(ledger, 'small')),
    read('runs of a huge task, counted', countLimitMs, () => countRuns(ledger, 'huge')),
    read('all runs, counted', countLimitMs, () => countRuns(ledger)),
  ];
};

const describe = (filter: RunFilter): string =>
  Object.entries(filter)
    .map(([name, value]) => `${name} ${value instanceof Date ? value.toISOString().slice(0, 16) : value}`)
    .join(', ') || 'of all kinds';
