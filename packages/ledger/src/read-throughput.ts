/** How many attempts ended, and how: the curve of the last hour, or what came to it since it was read before. */
import type { VerdictKind } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

export interface ThroughputBucket {
  /** Its begin: a multiple of the bucket's length since 1970. Buckets in which nothing ended are absent. */
  readonly at: Date;
  readonly attempts: Readonly<Partial<Record<VerdictKind, number>>>;
}

export interface Throughput {
  /** First to last; only whole ones. */
  readonly buckets: readonly ThroughputBucket[];
  /** The end of the last bucket that is whole: `since` of the next time. */
  readonly until: Date;
}

export interface ThroughputOptions {
  /** The end of a bucket; what lies within one is rounded up. */
  readonly since: Date;
  readonly bucketSeconds: 10 | 60;
}

// Why it stops short of now: an attempt has the time at which the statement began that recorded it, and is seen once that is
// committed. Cost: a few blocks of the attempts for each second asked for (a BRIN index), and those written since its last
// block range was full. Tests count nowhere; there are few.
const select = `
  with bounds as materialized (
    select
      to_timestamp(ceil(date_part('epoch', $1::timestamptz) / $2::int) * $2::int) as since,
      to_timestamp(floor(date_part('epoch', now() - $3 * interval '1 ms') / $2::int) * $2::int) as until
  ), counted as (
    select floor(date_part('epoch', a.finished_at) / $2::int) * $2::int as bucket, a.verdict, count(*)::int as attempts
    from quailrunner.attempts a
    where a.finished_at >= (select since from bounds) and a.finished_at < (select until from bounds)
      and a.run_id not in (
        select r.id from quailrunner.runs r join quailrunner.tasks t on t.id = r.task_id where t.kind = 'test'
      )
    group by 1, 2
  )
  select greatest(b.since, b.until) as until, to_timestamp(c.bucket) as at, c.verdict, c.attempts
  from bounds b
  left join counted c on true
  order by c.bucket, c.verdict`;

/** For how long an attempt that has ended may stay unseen. */
const unseenMs = 2_000;

interface Row {
  readonly until: Date;
  readonly at: Date | null;
  readonly verdict: VerdictKind;
  readonly attempts: number;
}

export const readThroughput = async (
  ledger: Ledger,
  { since, bucketSeconds }: ThroughputOptions,
): Promise<Throughput> => {
  const rows = await query<Row>(ledger, select, [since, bucketSeconds, unseenMs]);
  const buckets = new Map<number, { at: Date; attempts: Partial<Record<VerdictKind, number>> }>();
  for (const { at, verdict, attempts } of rows) {
    if (at === null) continue;
    const bucket = buckets.get(at.getTime()) ?? { at, attempts: {} };
    bucket.attempts[verdict] = attempts;
    buckets.set(at.getTime(), bucket);
  }
  return { buckets: [...buckets.values()], until: rows[0]?.until ?? since };
};
