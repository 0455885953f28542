/** What a worker does, and what becomes of its requests: start, POST, record; it may die between any two of them. */
import { type Dispatch, QuailError, settle, type Verdict, type VerdictKind } from '@quailrunner/domain';
import { type FinishedAttempt, holdLane, registerWorker } from '@quailrunner/ledger';
import { openWorker } from './open-worker.js';
import type { Step } from './step.js';
import { type Attempt, hide, nameOf, pick, runOf, settings, show, type WorkerName, type World } from './world.js';

export const start = (worker: WorkerName, number: number): Step => ({
  name: `${worker} starts job ${number}`,
  can: ({ jobs }) => jobs.length > 0,
  run: async (world) => {
    const job = pick(world.jobs, number);
    if (job === undefined) return 'nothing to start';
    return `${worker} takes ${nameOf(world, job)}: ${await startNow(world, worker, job)}`;
  },
});

const startNow = async (world: World, worker: WorkerName, { runId, dispatch }: Dispatch): Promise<string> => {
  const attempt = { runId, dispatch, worker };
  try {
    const run = await world.workers[worker].attempts.start({ runId, dispatch });
    if (run === undefined && world.rules.fence) return 'void';
    begin(world, { ...attempt, spent: run?.attempts ?? 0, request: 'kept' });
    return 'started';
  } catch (fault) {
    if (!isRetryable(fault)) throw fault;
    world.hands.add({ ...attempt, spent: 0, request: 'ended', known: 'start unheard' });
    return 'the ledger breaks off';
  }
};

const isRetryable = (fault: unknown): boolean => fault instanceof QuailError && fault.retryable;

/** The next write of this worker is not made, or is made and not heard of. */
export const breakOff = (name: WorkerName, breaks: 'before' | 'after'): Step => ({
  name: `${name} loses the ledger ${breaks} a write`,
  can: () => true,
  run: async ({ workers }) => {
    workers[name].breaks = breaks;
    return `the ledger will break off ${breaks} the next write of ${name}`;
  },
});

const begin = (world: World, attempt: Attempt): void => {
  world.attempts.push(attempt);
  world.hands.add(attempt);
};

/** What may become of a request, and what its worker hears of it. */
const outcomes = {
  'is answered': { arrives: true, known: 'accepted' },
  'arrives, its answer is lost': { arrives: true, known: 'unknown' },
  'is lost on its way': { arrives: false, known: 'unknown' },
  'is not sent': { arrives: false, known: 'transient' },
  'is refused': { arrives: false, known: 'refused' },
  'is throttled': { arrives: false, known: 'throttled' },
  'meets a wrong token': { arrives: false, known: 'lane-fault' },
} as const satisfies Record<string, { arrives: boolean; known: VerdictKind }>;

export type PostOutcome = keyof typeof outcomes | 'is slow';
export const postOutcomes = [...(Object.keys(outcomes) as (keyof typeof outcomes)[]), 'is slow'] as const;

/** A slow request leaves, and is under way until the next step; its worker gives up waiting for one that is slow twice. */
export const post = (number: number, outcome: PostOutcome): Step => ({
  name: `POST ${number} ${outcome}`,
  can: (world) => underWay(world).length > 0,
  run: async (world) => {
    const attempt = pick(underWay(world), number);
    return attempt === undefined ? 'nothing to POST' : postNow(world, attempt, outcome);
  },
});

export const underWay = ({ attempts, hands }: World): Attempt[] =>
  attempts.filter((attempt) => attempt.request === 'flying' || (attempt.request === 'kept' && hands.has(attempt)));

export const postNow = (world: World, attempt: Attempt, outcome: PostOutcome): string => {
  const said = `the POST of ${nameOf(world, attempt)} ${outcome}`;
  if (outcome === 'is slow') {
    if (attempt.request === 'flying') attempt.known ??= 'unknown';
    attempt.request = 'flying';
    return said;
  }
  const { arrives, known } = outcomes[outcome];
  attempt.request = 'ended';
  attempt.known ??= known;
  if (!arrives) return said;
  const { runId, dispatch } = attempt;
  attempt.sid = `SM${world.messages.length + 1}`;
  world.messages.push({ sid: attempt.sid, runId, dispatch, number: runOf(world, attempt).number });
  return `${said}: ${attempt.sid}`;
};

export const record = (number: number): Step => ({
  name: `record ${number}`,
  can: (world) => known(world).length > 0,
  run: async (world) => {
    const attempt = pick(known(world), number);
    if (attempt === undefined) return 'nothing to record';
    world.hands.delete(attempt);
    const said = `${attempt.worker} records ${nameOf(world, attempt)} as ${attempt.known}`;
    try {
      return `${said}: ${(await recordNow(world, attempt)) ? 'done' : 'void'}`;
    } catch (fault) {
      if (!isRetryable(fault)) throw fault;
      world.hands.add(attempt); // Until it is heard.
      return `${said}: the ledger breaks off`;
    }
  },
});

export const known = ({ hands }: World): Attempt[] => [...hands].filter((attempt) => attempt.known !== undefined);

/** As deliver-run.ts does it. */
const recordNow = async (world: World, attempt: Attempt): Promise<boolean> => {
  const { runId, dispatch, known = 'unknown', sid } = attempt;
  const base = { runId, dispatch, dueInMs: 0, durationMs: 1 };
  const { attempts } = world.workers[attempt.worker];
  if (known === 'start unheard') {
    return attempts.finish({ ...base, state: 'pending', spent: false, verdict: 'transient', code: 'LEDGER_LOST' });
  }
  const { state, spent } = settle(settings, toVerdict(known), attempt.spent, 0);
  if (known === 'lane-fault') await holdLane(world.test.ledger, attempt, 'CODE: reason');
  const finished: FinishedAttempt = { ...base, state, spent, verdict: known };
  return attempts.finish(known === 'accepted' && sid !== undefined ? { ...finished, sid } : finished);
};

const toVerdict = (kind: VerdictKind): Verdict => {
  const because = { code: 'CODE', reason: 'reason' };
  switch (kind) {
    case 'accepted':
      return { kind };
    case 'refused':
      return { kind, fault: 'recipient', ...because };
    case 'throttled':
      return { kind, scope: 'run', ...because };
    default:
      return { kind, ...because };
  }
};

/** Its requests that have left may still arrive. Another process takes its place. */
export const die = (name: WorkerName): Step => ({
  name: `${name} dies`,
  can: ({ hands }) => [...hands].some(({ worker }) => worker === name),
  run: async (world) => {
    for (const attempt of world.hands) {
      if (attempt.worker !== name) continue;
      world.hands.delete(attempt);
      if (attempt.request === 'kept') attempt.request = 'ended';
    }
    const { workerId } = world.workers[name];
    const next = await openWorker(world.test.ledger);
    world.workers[name] = next;
    await Promise.all([hide(world, workerId), show(world, next.workerId)]);
    return `${name} dies`;
  },
});

/** It does its work, or sleeps; its sign of life doesn't come. */
export const freeze = (name: WorkerName): Step => ({
  name: `${name} is out of sight`,
  can: ({ hands }) => [...hands].some(({ worker }) => worker === name),
  run: async (world) => {
    await hide(world, world.workers[name].workerId);
    return `${name} is out of sight`;
  },
});

export const wake = (name: WorkerName): Step => ({
  name: `${name} is seen`,
  can: () => true,
  run: async (world) => {
    const { workerId } = world.workers[name];
    world.workers[name].breaks = undefined;
    await registerWorker(world.test.ledger, { workerId, host: 'test', pid: process.pid });
    await show(world, workerId);
    return `${name} is seen`;
  },
});
