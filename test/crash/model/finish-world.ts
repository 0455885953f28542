/** A fair end: everybody is alive and does what is to be done, until nothing is left. */
import { returnRuns } from '@quailrunner/ledger';
import { look, pauseOrResume, pauseOrResumeTask, settleLook, tell } from './later-steps.js';
import { feed, flush, sweep } from './scheduler-steps.js';
import type { Step } from './step.js';
import { known, postNow, record, start, underWay, wake } from './worker-steps.js';
import { taskNames, type World, workerNames } from './world.js';

export const finishWorld = async (world: World): Promise<void> => {
  world.history.push('everybody is well');
  for (const name of workerNames) await wake(name).run(world);
  for (const [number] of taskNames.entries()) await pauseOrResumeTask(number, false).run(world);
  await settleAll(world);
  // Receipts may come last of all.
  await Promise.all(world.messages.map((message) => tell(world, message, 'delivered')));
  world.history.push('receipts tell all messages delivered');
  await settleAll(world);
};

/** A run is tried a few times, and each try may be made once more after a look. */
const mostRounds = 12;

const settleAll = async (world: World): Promise<void> => {
  for (let rounds = 0; rounds < mostRounds; rounds += 1) {
    await workOff(world);
    await note(world, sweep);
    if (await isSettled(world)) return;
    await lookForAll(world);
    await pauseOrResume(false).run(world);
    await flush.run(world);
    await returnRuns(world.test.ledger, world.jobs);
    await note(world, feed(true));
    await Promise.all(world.jobs.map((_, number) => note(world, start('A', number))));
  }
};

const workOff = async (world: World): Promise<void> => {
  for (const attempt of underWay(world)) world.history.push(postNow(world, attempt, 'is answered'));
  while (known(world).length > 0) await note(world, record(0));
  await settleLooks(world);
};

/** Each run may have to be looked up again when another one took its message. */
const lookForAll = async (world: World): Promise<void> => {
  for (let left = 2 * world.runs.length; left > 0; left -= 1) {
    await note(world, look(0));
    if (world.looks.size === 0) return;
    await settleLooks(world);
  }
};

const settleLooks = async (world: World): Promise<void> => {
  while (world.looks.size > 0) await note(world, settleLook(0));
};

const isSettled = async ({ test }: World): Promise<boolean> => {
  const open = `select from quailrunner.runs where state in ('pending', 'queued', 'sending', 'retrying', 'unknown')`;
  return (await test.ask(open)).length === 0;
};

const note = async (world: World, step: Step): Promise<void> => {
  world.history.push(await step.run(world));
};
