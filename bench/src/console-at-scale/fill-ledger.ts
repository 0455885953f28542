/**
 * A ledger of many runs, made by SQL: six tasks from ten runs to eight million, the small ones claimed first, so that theirs are
 * the oldest by far; thirty days of claims; everything that is rare is rare in it, too.
 */
import { defaultBackoff, type TaskDefinition } from '@quailrunner/domain';
import { ensureLane, type Ledger, saveTask } from '@quailrunner/ledger';
import pg from 'pg';

export interface Filled {
  /** Entities that there are, in tasks of all sizes. */
  readonly entities: readonly string[];
  readonly runIds: readonly string[];
  readonly smallLaneId: number;
  readonly now: Date;
}

/** Of ten million, in the order in which they were claimed. */
const tasks = [
  { name: 'tiny', runs: 10 },
  { name: 'small', runs: 9_990 },
  { name: 'huge', runs: 8_000_000 },
  { name: 'large', runs: 1_500_000 },
  { name: 'medium', runs: 400_000 },
  { name: 'modest', runs: 90_000 },
];
const all = 10_000_000;
const lanes = 8;

const definitionOf = (name: string): TaskDefinition => ({
  predicate: 'select uuid as entity_pk, phone_number from public.users',
  settings: {
    name,
    source: 'default',
    everyMs: 10_000,
    action: {
      url: 'https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000007/Messages.json',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        Authorization: 'Basic {{ secrets.twilio_basic }}',
      },
      body: 'From=+15005550006&To={{.phone_number}}&Body=Hello!',
    },
    retries: 5,
    backoff: defaultBackoff,
    recheck: true,
    timeoutMs: 15_000,
    success: [[200, 299]],
  },
});

/** What the claim wrote and what came of it, by the run's number `n`. Every 65th failed, for one of 12 reasons. */
const insertRuns = `
  insert into quailrunner.runs (task_id, revision, entity_pk, columns, lane_id, scan_id, state, attempts, dispatch, claimed_at,
    due_at, queued_at, started_at, finished_at, worker_id, code, reason)
  select $1, 1, md5(n::text)::uuid::text, json_build_object('phone_number', '+1555' || lpad(n::text, 8, '0')),
    case when n % 1000 = 7 then ${lanes} else 1 + $1 % ${lanes - 1} end, 1, state,
    case when was_sent then 1 else 0 end, case when state = 'pending' then 0 else 1 end, at, at,
    case when state <> 'pending' then at + interval '20 s' end, case when was_sent then at + interval '30 s' end,
    case when state in ('completed', 'failed', 'skipped', 'canceled') then at + interval '31 s' end,
    case when was_sent then '00000000-0000-4000-8000-000000000001'::uuid end, code,
    case when code is not null then 'What was said of it: ' || code end
  from (
    select n, state, at, state in ('sending', 'completed', 'failed', 'retrying', 'unknown') as was_sent,
      case state
        when 'failed' then (30000 + n % 12)::text when 'retrying' then 'HTTP_503' when 'unknown' then 'TIMEOUT'
        when 'skipped' then 'NO_LONGER_SELECTED' when 'canceled' then 'CANCELED'
      end as code
    from (
      select n, now() - ($4::bigint - n) * (interval '30 days' / $4::bigint) as at,
        case
          when n > $5 and n % 50 = 3 then 'retrying'
          when n > $5 and n % 400 = 5 then 'queued'
          when n > $5 and n % 4000 = 7 then 'sending'
          when n > $5 then 'pending'
          when n % 65 = 11 then 'failed' when n % 9800 = 13 then 'unknown' when n % 490 = 17 then 'skipped'
          when n % 32000 = 19 then 'canceled' else 'completed'
        end as state
      from generate_series($2::bigint, $3::bigint) n
    ) claimed
  ) told`;

/** In the order in which they ended: those that failed in thirty days, then a hundred a second of the last hour. */
const insertAttempts = `
  insert into quailrunner.attempts (run_id, dispatch, number, revision, worker_id, started_at, finished_at, verdict, http_status,
    code, reason, duration_ms)
  select id, 1, 1, 1, worker_id, at - interval '120 ms', at, case when code is null then 'accepted' else 'refused' end, 201, code,
    reason, 120
  from (
    select id, worker_id, code, reason, finished_at as at, 1 as turn from quailrunner.runs where state = 'failed'
    union all
    select id, worker_id, code, reason, now() - row_number() over (order by id) * interval '10 ms', 2
    from (select * from quailrunner.runs where state = 'completed' order by id desc limit 360000) newest
  ) ended
  order by turn, at`;

const insertScans = `
  insert into quailrunner.scans (task_id, revision, started_at, finished_at, entities_read)
  select t.id, 1, now() - n * interval '10 s', now() - n * interval '10 s' + interval '2 s', 1000
  from generate_series(1000, 1, -1) n, quailrunner.tasks t`;

/** Indexes are built at the end: ten times as fast. */
const selectIndexes = `
  select pg_get_indexdef(i.indexrelid) as definition, i.indexrelid::regclass::text as name, c.conname as constraint_name,
    pg_get_constraintdef(c.oid) as constraint_definition
  from pg_index i
  left join pg_constraint c on c.conindid = i.indexrelid
  where i.indrelid = 'quailrunner.runs'::regclass`;

interface Index {
  readonly definition: string;
  readonly name: string;
  readonly constraint_name: string | null;
  readonly constraint_definition: string | null;
}

export const fillLedger = async ({
  ledger,
  databaseUrl,
  runs,
}: {
  ledger: Ledger;
  databaseUrl: string;
  runs: number;
}): Promise<Filled> => {
  const began = Date.now();
  const client = new pg.Client({ connectionString: databaseUrl });
  // What breaks the connection fails the statement in progress too.
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(`set maintenance_work_mem = '512MB'; set work_mem = '256MB'; set jit = off`);
    const laneIds: number[] = [];
    for (let lane = 1; lane <= lanes; lane++) laneIds.push(await ensureLane(ledger, `host/${lane}.example.com`));
    const count = await withoutIndexes(client, () => insertAll(client, ledger, runs));
    await client.query(insertAttempts);
    await client.query(insertScans);
    await client.query('vacuum (analyze)');
    const { rows } = await client.query<{ size: string }>(
      'select pg_size_pretty(pg_database_size(current_database())) as size',
    );
    const seconds = ((Date.now() - began) / 1_000).toFixed(0);
    console.log(`${count.toLocaleString('en-US')} runs, ${rows[0]?.size}, made in ${seconds} s`);
    return { ...(await pickSome(client, count)), smallLaneId: laneIds.at(-1) ?? 0, now: new Date() };
  } finally {
    await client.end();
  }
};

const withoutIndexes = async <Result>(client: pg.Client, work: () => Promise<Result>): Promise<Result> => {
  const { rows: indexes } = await client.query<Index>(selectIndexes);
  for (const { name, constraint_name } of indexes) {
    if (constraint_name === null) await client.query(`drop index ${name}`);
    else await client.query(`alter table quailrunner.runs drop constraint ${constraint_name}`);
  }
  const result = await work();
  for (const { definition, constraint_name, constraint_definition } of indexes) {
    if (constraint_name === null) await client.query(definition);
    else await client.query(`alter table quailrunner.runs add constraint ${constraint_name} ${constraint_definition}`);
  }
  return result;
};

/** How many were made. The last fiftieth of the huge and the large task waits. */
const insertAll = async (client: pg.Client, ledger: Ledger, runs: number): Promise<number> => {
  const sizes = tasks.map((task) => Math.max(10, Math.round((task.runs * runs) / all)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let last = 0;
  for (const [index, { name }] of tasks.entries()) {
    const { taskId } = await saveTask(ledger, definitionOf(name), { kind: 'system', name: 'bench' });
    const first = last + 1;
    last += sizes[index] ?? 0;
    const waitsAfter = name === 'huge' || name === 'large' ? last - Math.round((sizes[index] ?? 0) / 47) : last;
    await client.query(insertRuns, [taskId, first, last, total, waitsAfter]);
  }
  return total;
};

const pickSome = async (client: pg.Client, count: number): Promise<Pick<Filled, 'entities' | 'runIds'>> => {
  const places = Array.from({ length: 50 }, (_, n) => Math.max(1, Math.round((count * (n + 0.5)) / 50)));
  const { rows } = await client.query<{ id: string; entity_pk: string }>(
    'select id, entity_pk from quailrunner.runs where id = any ($1::bigint[]) order by md5(id::text)',
    [places],
  );
  return { entities: rows.map((row) => row.entity_pk), runIds: rows.map((row) => row.id) };
};
