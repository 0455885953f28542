/**
 * The world of the model check: the real ledger, and in memory what no ledger can know: which messages Twilio has, which
 * requests are under way and what each worker has heard. A process is what it has in hand; one that dies drops it.
 */
import type { Dispatch, VerdictKind } from '@quailrunner/domain';
import { ensureLane, type FedRun, openReceipts, type Receipts, saveTask } from '@quailrunner/ledger';
import { ann, makeDefinition, makeLedger, type TestLedger } from '../../../packages/ledger/test/make-ledger.js';
import { type ModelWorker, openWorker } from './open-worker.js';
import { claim, feed } from './scheduler-steps.js';

/** A message that Twilio has taken. Those with the same number have the same text: a look-up can't tell them apart. */
export interface Message extends Dispatch {
  readonly sid: string;
  readonly number: string;
}

export const workerNames = ['A', 'B'] as const;
export type WorkerName = (typeof workerNames)[number];

/** An attempt as it really is. */
export interface Attempt extends Dispatch {
  readonly worker: WorkerName;
  /** Attempts spent before it. */
  readonly spent: number;
  /** Where its request is: not gone yet, on its way to Twilio, or such that it reaches Twilio no more. */
  request: 'kept' | 'flying' | 'ended';
  /** What its worker knows of it: the verdict, or that the ledger broke off when it was to be started. */
  known?: VerdictKind | 'start unheard';
  sid?: string;
}

/** What a resolver has read and not acted on yet. */
export interface Look extends Dispatch {
  readonly attempts: number;
  readonly finding: { readonly kind: 'found'; readonly sid: string } | { readonly kind: 'absent' | 'undecided' };
}

/** Rules of the product that a test takes away, to see that the check finds it. */
export interface Rules {
  /** Without: a worker sends whatever job it takes. */
  readonly fence: boolean;
  /** Without: what was never answered counts as not sent. */
  readonly lookUp: boolean;
}

export interface ModelRun {
  readonly runId: string;
  readonly task: string;
  readonly entityPk: string;
  /** Runs of the same number are twins. */
  readonly number: string;
}

export interface World extends Stage {
  readonly rules: Rules;
  readonly runs: ModelRun[];
  readonly receipts: Receipts;
  readonly workers: Record<WorkerName, ModelWorker>;
  /** All that were ever started. */
  readonly attempts: Attempt[];
  /** Those that a worker has begun and not recorded. */
  readonly hands: Set<Attempt>;
  /** Every job that was ever made: each may come to a worker at any time, and again and again. */
  readonly jobs: FedRun[];
  /** Those that Redis has. */
  readonly inRedis: Set<FedRun>;
  readonly looks: Set<Look>;
  readonly messages: Message[];
  /** What happened, in words. */
  readonly history: string[];
}

/** What all worlds share, one after the other. */
export interface Stage {
  readonly test: TestLedger;
  readonly laneId: number;
}

export const taskNames = ['hello', 'goodbye'] as const;

/** Waits are over at once: what may be early or late is for the commands to say. */
export const settings = { retries: 1, backoff: { firstMs: 0, factor: 1, maxMs: 0, jitter: 0 } } as const;

// Why a trigger: one command may move a run twice, and two at once may move it unseen.
const watchMoves = [
  `create table public.moves (
    id int generated always as identity, run_id bigint, from_state text, to_state text, from_delivery text, to_delivery text
  )`,
  `create function public.note_move() returns trigger language plpgsql as $$
  begin
    insert into public.moves (run_id, from_state, to_state, from_delivery, to_delivery)
    values (new.id, old.state, new.state, old.delivery, new.delivery);
    return null;
  end $$`,
  `create trigger note_move after update on quailrunner.runs for each row
    when (old.state <> new.state or old.delivery is distinct from new.delivery)
    execute function public.note_move()`,
];

export const openModelStage = async (): Promise<Stage> => {
  const test = await makeLedger();
  for (const statement of watchMoves) await test.ask(statement);
  for (const name of taskNames) await saveTask(test.ledger, makeDefinition({ name }), ann);
  return { test, laneId: await ensureLane(test.ledger, 'host/example.com') };
};

const empty = `
  with runs as (delete from quailrunner.runs), attempts as (delete from quailrunner.attempts),
    receipts as (delete from quailrunner.receipts), moves as (delete from public.moves),
    lanes as (update quailrunner.lanes set state = 'open', reason = null)
  update quailrunner.tasks set state = 'active'`;

/** A new world on the same database, with a run for each number, all of them fed. */
export const makeWorld = async (stage: Stage, numbers: readonly number[], rules: Rules): Promise<World> => {
  const { ledger, ask } = stage.test;
  await ask(empty);
  const world: World = {
    ...stage,
    rules,
    runs: numbers.map((number, n) => ({
      runId: '',
      task: taskNames[n % taskNames.length] as string,
      entityPk: `${n}`,
      number: `+1500555000${number}`,
    })),
    receipts: openReceipts(ledger),
    workers: { A: await openWorker(ledger), B: await openWorker(ledger) },
    attempts: [],
    hands: new Set(),
    jobs: [],
    inRedis: new Set(),
    looks: new Set(),
    messages: [],
    history: [],
  };
  for (const { workerId } of Object.values(world.workers)) await show(world, workerId);
  await claim(world);
  const rows = await ask<{ runId: string; entityPk: string }>(
    'select id as "runId", entity_pk as "entityPk" from quailrunner.runs',
  );
  const ids = new Map(rows.map(({ runId, entityPk }) => [entityPk, runId]));
  world.runs.splice(0, world.runs.length, ...world.runs.map((run) => ({ ...run, runId: ids.get(run.entityPk) ?? '' })));
  world.history.push(await feed(true).run(world));
  return world;
};

/** A worker that is seen for as long as nothing else is said. */
export const show = ({ test }: Pick<World, 'test'>, workerId: string) =>
  test.ask(`update quailrunner.workers set seen_at = 'infinity' where id = $1`, [workerId]);

export const hide = ({ test }: Pick<World, 'test'>, workerId: string) =>
  test.ask(`update quailrunner.workers set seen_at = now() - interval '1 hour' where id = $1`, [workerId]);

export const runOf = (world: World, { runId }: Pick<Dispatch, 'runId'>): ModelRun => {
  const run = world.runs.find((known) => known.runId === runId);
  if (run === undefined) throw new Error(`no run ${runId}`);
  return run;
};

/** As the history calls it. */
export const nameOf = (world: World, { runId, dispatch }: Dispatch): string =>
  `run ${runOf(world, { runId }).entityPk} (dispatch ${dispatch})`;

/** One of them, whatever the number; -1 is the last. */
export const pick = <Item>(items: Iterable<Item>, number: number): Item | undefined => {
  const all = [...items];
  return all.at(number % all.length);
};
