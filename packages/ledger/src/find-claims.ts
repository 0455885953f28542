/** When runs were claimed, as bounds of their ids: they get these in the order in which they are claimed. */
import type { Ledger } from './open-ledger.js';
import { queryOne } from './query.js';

/** By how much the clock that `claimed_at` comes from may have gone back, or a claim have lingered over a row. */
const slackMs = 10_000;

// Why no index on claimed_at: it would be one more to write for each run, and ids tell nearly the same. Promise: no run that
// was claimed at or after $1 lies before the first id, and none that was claimed before $2 at or after the second. Cost: a
// probe of the primary key for each halving, some 25 of them for ten million runs.
const bisect = (at: string): string => `(
  with recursive narrowed (low, high) as (
    select min(id), max(id) + 1 from quailrunner.runs
    union all
    select case when probe.is_before then probe.id + 1 else n.low end, case when probe.is_before then n.high else n.mid end
    from (select low, high, low + (high - low) / 2 as mid from narrowed) n
    cross join lateral (
      select r.id, r.claimed_at < ${at} as is_before
      from quailrunner.runs r
      where r.id >= n.mid
      order by r.id
      limit 1
    ) probe
    where n.low < n.high
  )
  select low from narrowed where low >= high
)`;

const find = `
  select
    case when $1::timestamptz is not null then ${bisect(`$1 - $3 * interval '1 ms'`)} end as from,
    case when $2::timestamptz is not null then ${bisect(`$2 + $3 * interval '1 ms'`)} end as before`;

interface Claims {
  readonly from?: string;
  /** Not itself. */
  readonly before?: string;
}

/** Nothing where no time is asked for. The bounds are a little wide: compare `claimed_at` itself, too. */
export const findClaims = async (
  ledger: Ledger,
  { since, until }: { since?: Date; until?: Date },
): Promise<Claims | undefined> => {
  if (since === undefined && until === undefined) return undefined;
  const { from, before } = await queryOne<{ from: string | null; before: string | null }>(ledger, find, [
    since,
    until,
    slackMs,
  ]);
  return { ...(from === null ? {} : { from }), ...(before === null ? {} : { before }) };
};
