/**
 * Runs, listed: the newest first, a page at a time, by whatever a person looks for. A page costs about as much as it is long,
 * whatever else the ledger holds: each filter has an index in which the runs that it finds stand together, in order. Runs of
 * tests stay out.
 */
import type { Delivery, RunState } from '@quailrunner/domain';
import { findClaims } from './find-claims.js';
import type { Ledger } from './open-ledger.js';
import { query, withoutNulls } from './query.js';

export interface RunRow {
  readonly runId: string;
  readonly taskId: number;
  readonly task: string;
  readonly revision: number;
  readonly entityPk: string;
  readonly laneId: number;
  readonly state: RunState;
  /** Attempts that counted. */
  readonly attempts: number;
  readonly dispatch: number;
  /** When a waiting run may be fed, and when an unknown one is looked at next. */
  readonly dueAt: Date;
  readonly claimedAt: Date;
  readonly queuedAt?: Date;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  readonly code?: string;
  readonly reason?: string;
  /** The furthest that its receipts tell. */
  readonly delivery?: Delivery;
  /** Twilio's code, where it could not be delivered. */
  readonly deliveryCode?: string;
}

/** What is given must all be so. */
export interface RunFilter {
  /** By name. */
  readonly task?: string;
  readonly state?: RunState;
  readonly entityPk?: string;
  /** Of the newest verdict, or of what skipped or canceled it. */
  readonly code?: string;
  readonly laneId?: number;
  /** Claimed then or later. */
  readonly since?: Date;
  /** Claimed before. */
  readonly until?: Date;
}

export interface RunPage {
  readonly limit: number;
  /** The last run of the page before. */
  readonly beforeRunId?: string;
}

export const runColumns = `
  r.id as "runId", r.task_id as "taskId", t.name as task, r.revision, r.entity_pk as "entityPk", r.lane_id as "laneId",
  r.state, r.attempts, r.dispatch, r.due_at as "dueAt", r.claimed_at as "claimedAt", r.queued_at as "queuedAt",
  r.started_at as "startedAt", r.finished_at as "finishedAt", r.code, r.reason, r.delivery,
  r.delivery_code as "deliveryCode"`;

/** What indexes know of a state (migration 0001), and whether runs of other states stand on the same shelf. */
const placeOf: Readonly<Record<RunState, { shelf: string; isShared: boolean }>> = {
  pending: { shelf: 'waiting', isShared: true },
  retrying: { shelf: 'waiting', isShared: true },
  queued: { shelf: 'out', isShared: true },
  sending: { shelf: 'out', isShared: true },
  completed: { shelf: 'done', isShared: true },
  canceled: { shelf: 'done', isShared: true },
  unknown: { shelf: 'unknown', isShared: false },
  failed: { shelf: 'failed', isShared: false },
  skipped: { shelf: 'skipped', isShared: false },
};

const shelves = [...new Set(Object.values(placeOf).map(({ shelf }) => shelf))];

/** The code that each canceled run has: CHECK of migration 0006. */
const canceledCode = 'CANCELED';

/** Greater than any id. */
const endOfIds = '9223372036854775807';

// Why: for each task and shelf (or the one that is asked for) the newest ids, from an index that has them in order; then the
// newest of these, and only their rows. Why pairs are compared, `(shelf, id) < (…)`: an order by the id alone could be had
// from the primary key, too, which looks cheap where a task has many runs, and reads millions where they are old. Cost: an
// index probe for each task and shelf, as many entries as the page has rows from each, the rows of the page.
const selectPage = (walk: string): string => `
  with page as materialized (${walk})
  select ${runColumns}
  from page
  join quailrunner.runs r on r.id = page.id
  join quailrunner.tasks t on t.id = r.task_id
  order by r.id desc`;

/** Newest first. */
export const readRuns = async (ledger: Ledger, filter: RunFilter, page: RunPage): Promise<RunRow[]> => {
  const claims = await findClaims(ledger, filter);
  const bounds = { from: claims?.from ?? '0', before: earlier(page.beforeRunId, claims?.before) };
  const { walk, values } = planWalk(filter, bounds, page.limit);
  return (await query<RunRow>(ledger, selectPage(walk), values)).map(withoutNulls);
};

const earlier = (one = endOfIds, other = endOfIds): string => (BigInt(one) < BigInt(other) ? one : other);

interface Bounds {
  readonly from: string;
  /** Not itself. */
  readonly before: string;
}

/** The statement that finds the ids of a page, and its values. */
const planWalk = (filter: RunFilter, bounds: Bounds, limit: number): { walk: string; values: unknown[] } => {
  const values: unknown[] = [];
  const put = (value: unknown, type: string): string => `$${values.push(value)}::${type}`;
  const from = put(bounds.from, 'bigint');
  const before = put(bounds.before, 'bigint');
  const most = put(limit, 'int');
  const rest = restOf(filter, put);
  const { task, state, entityPk, laneId } = filter;
  const code = filter.code ?? (state === 'canceled' ? canceledCode : undefined);

  const ofTasks = (found: string, others = ''): string => `
    select found.id
    from quailrunner.tasks t
    ${others}
    cross join lateral (${found}) found
    where t.kind = 'task' ${task === undefined ? '' : `and t.name = ${put(task, 'text')}`}
    order by found.id desc
    limit ${most}`;
  /** The newest of those that agree in all but the last columns of an index, which are `last` and the id. */
  const newest = (fixed: string, last: string, value: string): string => `
      select r.id
      from quailrunner.runs r
      where ${fixed} and (r.${last}, r.id) < (${value}, ${before}) and (r.${last}, r.id) >= (${value}, ${from}) ${rest}
      order by r.${last} desc, r.id desc
      limit ${most}`;
  const onShelves = (): string =>
    `cross join unnest(${put(state === undefined ? shelves : [placeOf[state].shelf], 'text[]')}) as s (shelf)`;

  const plan = (): string => {
    if (entityPk !== undefined) {
      return ofTasks(`
      select r.id
      from quailrunner.runs r
      where r.task_id = t.id and r.entity_pk = ${put(entityPk, 'text')} and r.id < ${before} and r.id >= ${from} ${rest}
      limit 1`);
    }
    if (code !== undefined) {
      const fixed = 'r.task_id = t.id and r.shelf = s.shelf and r.code is not null';
      return ofTasks(newest(fixed, 'code', put(code, 'text')), onShelves());
    }
    if (state === 'retrying' && laneId === undefined) {
      return ofTasks(newest(`r.shelf = 'waiting' and r.dispatch > 0`, 'task_id', 't.id'));
    }
    if (laneId !== undefined) {
      return ofTasks(newest(`r.lane_id = ${put(laneId, 'int')} and r.task_id = t.id`, 'shelf', 's.shelf'), onShelves());
    }
    if (task !== undefined || state !== undefined) {
      return ofTasks(newest('r.task_id = t.id', 'shelf', 's.shelf'), onShelves());
    }
    return `
    select r.id
    from quailrunner.runs r
    where r.id < ${before} and r.id >= ${from} ${rest}
      and r.task_id <> all (array(select id from quailrunner.tasks where kind = 'test'))
    order by r.id desc
    limit ${most}`;
  };
  return { walk: plan(), values };
};

/** What the index of the walk may not know; where it does, saying it again costs nothing. */
const restOf = (
  { state, entityPk, code, laneId, since, until }: RunFilter,
  put: (value: unknown, type: string) => string,
): string => {
  const conditions: string[] = [];
  if (state !== undefined && (placeOf[state].isShared || entityPk !== undefined)) {
    conditions.push(`r.state = ${put(state, 'text')}`);
  }
  if (code !== undefined) conditions.push(`r.code = ${put(code, 'text')}`);
  if (laneId !== undefined) conditions.push(`r.lane_id = ${put(laneId, 'int')}`);
  if (since !== undefined) conditions.push(`r.claimed_at >= ${put(since, 'timestamptz')}`);
  if (until !== undefined) conditions.push(`r.claimed_at < ${put(until, 'timestamptz')}`);
  return conditions.map((condition) => `and ${condition}`).join(' ');
};
