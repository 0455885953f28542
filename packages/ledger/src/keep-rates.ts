/**
 * The rate that holds in a lane: a person's, else the least that its tasks ask for, else the usual one of its sender's kind,
 * else none. Whoever changes one of these keeps the outcome beside them, so that whoever sends need not work it out.
 */
import type { Ask } from './query.js';

// Concurrency: before their uses are touched, and in order, as everybody does it; the next statement then sees all that was
// committed before.
const lockOfTask = `
  select id as "laneId" from quailrunner.lanes
  where id in (select lane_id from quailrunner.task_lanes where task_id = $1)
  order by id
  for no key update`;

const keep = `
  update quailrunner.lanes l
  set rate_per_second = kept.rate, changed_at = now()
  from (
    select k.id, coalesce(k.set_rate, min(u.rate_per_second), k.default_rate) as rate
    from quailrunner.lanes k
    left join quailrunner.task_lanes u on u.lane_id = k.id
    where k.id = any ($1::int[])
    group by k.id
  ) kept
  where l.id = kept.id and l.rate_per_second is distinct from kept.rate`;

/** Of lanes that are locked, within the transaction of the change. */
export const keepRates = async (ask: Ask, laneIds: readonly number[]): Promise<void> =>
  void (await ask(keep, [laneIds]));

/** Changes how a task uses its lanes, and keeps their rates. */
export const changeUses = async (ask: Ask, taskId: number, change: () => Promise<unknown>): Promise<void> => {
  const lanes = await ask<{ laneId: number }>(lockOfTask, [taskId]);
  if (lanes.length === 0) return;
  await change();
  await keepRates(
    ask,
    lanes.map(({ laneId }) => laneId),
  );
};
