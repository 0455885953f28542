/** `/api/v1/stats`: how all of it goes, and how fast. */
import { readThroughput } from '@quailrunner/ledger';
import { z } from 'zod';
import { endpoint, Refusal } from './endpoint.js';
import { count, moment, runCounts, time } from './fields.js';

const storeState = z.enum(['ok', 'away']);

const stats = z
  .object({
    at: time,
    stores: z.object({ ledger: storeState, redis: storeState }),
    runs: runCounts,
    tasks: z.object({ total: count, paused: count, held: count, failing: count }),
    lanes: z.object({ total: count, paused: count, held: count }),
  })
  .meta({ id: 'Stats' });

const throughput = z
  .object({
    buckets: z.array(
      z.object({ at: time, attempts: z.record(z.string(), count).meta({ description: 'By verdict.' }) }),
    ),
    until: time.meta({ description: 'The end of the last bucket that is whole: `since` of the next time.' }),
  })
  .meta({ id: 'Throughput' });

const usualMs = 600_000;
const dayMs = 86_400_000;

export const statsEndpoints = [
  endpoint({
    method: 'GET',
    path: '/stats',
    tag: 'stats',
    name: 'getStats',
    summary: 'How many runs, tasks and lanes there are, and how they are',
    answer: stats,
    handle: async (_asked, { status }) => {
      const { at, stores, runs, tasks, lanes } = await status();
      const inState = (rows: readonly { readonly state: string }[], state: string): number =>
        rows.filter((row) => row.state === state).length;
      return {
        at,
        stores,
        runs,
        tasks: {
          total: tasks.length,
          paused: inState(tasks, 'paused'),
          held: inState(tasks, 'held'),
          failing: tasks.filter(({ error }) => error !== undefined).length,
        },
        lanes: { total: lanes.length, paused: inState(lanes, 'paused'), held: inState(lanes, 'held') },
      };
    },
  }),
  endpoint({
    method: 'GET',
    path: '/stats/throughput',
    tag: 'stats',
    name: 'getThroughput',
    summary: 'How many attempts ended, and how, bucket by bucket',
    description:
      'Of the last ten minutes, or since a moment within the last day: the longer, the more it reads. Buckets in which nothing ended are absent.',
    query: z.strictObject({ since: moment.optional(), bucketSeconds: z.enum(['10', '60']).optional() }),
    answer: throughput,
    refusals: { 422: 'That is more than a day ago.' },
    handle: async ({ query: { since = new Date(Date.now() - usualMs), bucketSeconds } }, { ledger }) => {
      if (since.getTime() < Date.now() - dayMs) return tooLongAgo;
      const { buckets, until } = await readThroughput(ledger, {
        since,
        bucketSeconds: bucketSeconds === '10' ? 10 : 60,
      });
      return { buckets: buckets.map(({ at, attempts }) => ({ at, attempts: { ...attempts } })), until };
    },
  }),
];

const tooLongAgo = new Refusal({
  status: 422,
  title: 'That is too long ago',
  detail: 'Ask for the last 24 hours at most.',
});
