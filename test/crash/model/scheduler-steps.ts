/** What a scheduler does, whichever: claim, feed, recheck, sweep. Redis may forget any job, and all of them. */
import { QuailError } from '@quailrunner/domain';
import {
  claimEntities,
  feedRuns,
  finishScan,
  recordRecheck,
  returnRuns,
  sweepLostWorkers,
  takeDueScan,
} from '@quailrunner/ledger';
import type { Step } from './step.js';
import { nameOf, pick, type World } from './world.js';

/** Scans each active task; the predicate returns all entities, those skipped before among them. */
export const claim = async (world: World): Promise<number> => {
  const { test, laneId } = world;
  await test.ask('update quailrunner.tasks set next_scan_at = now()');
  let all = 0;
  for (let scan = await takeDueScan(test.ledger); scan !== undefined; scan = await takeDueScan(test.ledger)) {
    const { task } = scan;
    const entities = world.runs
      .filter((run) => run.task === task)
      .map(({ entityPk: pk, number }) => ({ pk, columns: { phone_number: number }, laneId }));
    try {
      const { claimed } = await claimEntities(test.ledger, scan, entities);
      all += claimed;
    } catch (fault) {
      // The task was paused meanwhile.
      if (!(fault instanceof QuailError && fault.code === 'LEDGER_LEASE_LOST')) throw fault;
    }
    await finishScan(test.ledger, scan, { entitiesRead: entities.length, entitiesClaimed: 0 });
  }
  return all;
};

export const scan: Step = {
  name: 'scan the tasks',
  can: () => true,
  run: async (world) => `the scans claim ${await claim(world)}`,
};

/** `addsJobs`: otherwise the scheduler dies, or Redis is away; a worker may still get to see the jobs. */
export const feed = (addsJobs: boolean): Step => ({
  name: addsJobs ? 'feed the lane' : 'feed the lane and add no job',
  can: () => true,
  run: async (world) => {
    const fed = await feedRuns(world.test.ledger, { laneId: world.laneId, highWater: 10 });
    world.jobs.push(...fed);
    if (addsJobs) for (const job of fed) world.inRedis.add(job);
    const names = fed.map((job) => nameOf(world, job)).join(', ') || 'nothing';
    return `the lane is fed ${names}${addsJobs ? '' : ', and no job is added'}`;
  },
});

/** Of a feed that may be long ago. */
export const recheck = (number: number, isGone: boolean): Step => ({
  name: `recheck ${number}`,
  can: ({ jobs }) => jobs.length > 0,
  run: async (world) => {
    const job = pick(world.jobs, number);
    if (job === undefined) return 'nothing to recheck';
    const columns = { phone_number: 'as it is now' };
    await recordRecheck(world.test.ledger, [job], isGone ? new Map() : new Map([[job.entityPk, columns]]));
    return `a recheck finds ${nameOf(world, job)} ${isGone ? 'gone' : 'changed'}`;
  },
});

export const loseJob = (number: number): Step => ({
  name: `lose job ${number}`,
  can: ({ inRedis }) => inRedis.size > 0,
  run: async (world) => {
    const job = pick(world.inRedis, number);
    if (job === undefined) return 'nothing to lose';
    world.inRedis.delete(job);
    return `Redis loses ${nameOf(world, job)}`;
  },
});

export const flush: Step = {
  name: 'flush Redis',
  can: ({ inRedis }) => inRedis.size > 0,
  run: async ({ inRedis }) => {
    inRedis.clear();
    return 'Redis forgets everything';
  },
};

/** What a scheduler found without a job, maybe long ago. */
export const returnJobless = (number: number): Step => ({
  name: `return job ${number}`,
  can: ({ jobs, inRedis }) => jobs.some((job) => !inRedis.has(job)),
  run: async (world) => {
    const job = pick(
      world.jobs.filter((made) => !world.inRedis.has(made)),
      number,
    );
    if (job === undefined) return 'nothing to return';
    const returned = await returnRuns(world.test.ledger, [job]);
    return `${nameOf(world, job)} has no job: ${returned === 0 ? 'not returned' : 'returned'}`;
  },
});

export const sweep: Step = {
  name: 'sweep',
  can: () => true,
  run: async (world) => {
    await keepFromLeaving(world);
    return `a sweep gives up ${await sweepLostWorkers(world.test.ledger, { olderThanMs: 0, lookUpAfterMs: 0 })}`;
  },
};

/** A worker that was out of sight for so long lets no request go any more: it would leave too late. */
const keepFromLeaving = async ({ test, attempts, workers }: World): Promise<void> => {
  const seen = await test.ask<{ id: string }>(`select id from quailrunner.workers where seen_at = 'infinity'`);
  const ids = new Set(seen.map(({ id }) => id));
  for (const attempt of attempts) {
    if (attempt.request !== 'kept' || ids.has(workers[attempt.worker].workerId)) continue;
    attempt.request = 'ended';
    attempt.known ??= 'transient';
  }
};
