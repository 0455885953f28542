/** How fast messages left in the last hour: kept in memory, and only what came since is asked for. */
import type { VerdictKind } from '@quailrunner/domain';
import { type Ledger, readThroughput, type ThroughputBucket } from '@quailrunner/ledger';
import { oneAtATime } from '../one-at-a-time.js';

export interface Curve {
  /** Epoch seconds of each bucket's begin, every ten seconds of the last hour. */
  readonly at: readonly number[];
  /** Messages a second that were accepted, and attempts a second that were not. */
  readonly accepted: readonly number[];
  readonly others: readonly number[];
}

export type ReadCurve = () => Promise<Curve>;

export const bucketSeconds = 10;
const hourMs = 3_600_000;

export const openCurve = (ledger: Ledger): ReadCurve => {
  let buckets = new Map<number, ThroughputBucket['attempts']>();
  let until: Date | undefined;

  return oneAtATime(async (): Promise<Curve> => {
    const oldest = Date.now() - hourMs;
    const since = until === undefined || until.getTime() < oldest ? new Date(oldest) : until;
    const news = await readThroughput(ledger, { since, bucketSeconds });
    until = news.until;
    for (const { at, attempts } of news.buckets) buckets.set(at.getTime(), attempts);
    buckets = new Map([...buckets].filter(([at]) => at >= oldest));
    return draw(buckets, news.until);
  });
};

const draw = (buckets: ReadonlyMap<number, ThroughputBucket['attempts']>, until: Date): Curve => {
  const end = until.getTime();
  const places = Array.from(
    { length: hourMs / 1_000 / bucketSeconds },
    (_, n) => end - hourMs + n * bucketSeconds * 1_000,
  );
  const rateAt = (at: number, isCounted: (verdict: VerdictKind) => boolean): number => {
    const attempts = Object.entries(buckets.get(at) ?? {}) as [VerdictKind, number][];
    return attempts.reduce((sum, [verdict, count]) => sum + (isCounted(verdict) ? count : 0), 0) / bucketSeconds;
  };
  return {
    at: places.map((at) => at / 1_000),
    accepted: places.map((at) => rateAt(at, (verdict) => verdict === 'accepted')),
    others: places.map((at) => rateAt(at, (verdict) => verdict !== 'accepted')),
  };
};
