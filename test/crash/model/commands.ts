/** The steps as commands, so that fast-check interleaves them and shortens what goes wrong. */
import { deliveries } from '@quailrunner/domain';
import fc from 'fast-check';
import { checkWorld } from './check-world.js';
import * as later from './later-steps.js';
import * as scheduler from './scheduler-steps.js';
import { inTurn, type Step } from './step.js';
import * as worker from './worker-steps.js';
import { type WorkerName, type World, workerNames } from './world.js';

class Command implements fc.AsyncCommand<World, undefined> {
  readonly #steps: readonly Step[];

  /** Several steps run at once. */
  constructor(...steps: Step[]) {
    this.#steps = steps;
  }

  check(world: World): boolean {
    return this.#steps.every((step) => step.can(world));
  }

  async run(world: World): Promise<void> {
    const said = await Promise.all(this.#steps.map((step) => step.run(world)));
    world.history.push(said.join(' | at once: '));
    await checkWorld(world);
  }

  toString(): string {
    return this.#steps.map(({ name }) => name).join(' + ');
  }
}

const which = fc.nat(11);
const name = fc.constantFrom(...workerNames);

const when = fc.constantFrom('before' as const, 'after' as const);

/** What makes work for those who come later is most of it. */
const anyOutcome = fc.oneof(
  { arbitrary: fc.constantFrom(...worker.postOutcomes), weight: 3 },
  { arbitrary: fc.constant('arrives, its answer is lost' as const), weight: 2 },
);

/** Among what there is, as `pick` counts. */
const latest = -1;

const deliver = (by: WorkerName, number: number, outcome: worker.PostOutcome): Step =>
  inTurn(worker.start(by, number), worker.post(latest, outcome), worker.record(latest));

const often = (arbitrary: fc.Arbitrary<Step>, weight: number) => ({ arbitrary, weight });

/** A sweep gives up what was begun long ago, so it never meets a start. */
const starts = often(
  fc.tuple(name, which).map(([by, number]) => worker.start(by, number)),
  8,
);
const sweeps = often(fc.constant(scheduler.sweep), 3);

const writes = [
  often(
    fc.boolean().map((addsJobs) => scheduler.feed(addsJobs)),
    5,
  ),
  often(
    fc.tuple(which, fc.boolean()).map(([number, isGone]) => scheduler.recheck(number, isGone)),
    1,
  ),
  often(
    which.map((number) => scheduler.returnJobless(number)),
    2,
  ),
  often(
    which.map((number) => worker.record(number)),
    8,
  ),
  often(
    which.map((number) => later.look(number)),
    5,
  ),
  often(
    which.map((number) => later.settleLook(number)),
    5,
  ),
  often(
    fc.tuple(which, fc.constantFrom(...deliveries)).map(([number, delivery]) => later.receipt(number, delivery)),
    4,
  ),
  often(
    which.map((number) => later.resolve(number)),
    1,
  ),
  often(
    which.map((number) => later.retry(number)),
    1,
  ),
  often(
    fc.boolean().map((isPaused) => later.pauseOrResume(isPaused)),
    1,
  ),
  often(
    fc.tuple(which, fc.boolean()).map(([number, isPaused]) => later.pauseOrResumeTask(number, isPaused)),
    1,
  ),
];

const others = [
  often(
    fc.tuple(name, which, anyOutcome).map(([by, number, outcome]) => deliver(by, number, outcome)),
    10,
  ),
  often(
    which.map((number) => inTurn(later.look(number), later.settleLook(latest))),
    6,
  ),
  often(
    fc
      .tuple(name, which, when)
      .map(([by, number, breaks]) => inTurn(worker.breakOff(by, breaks), worker.start(by, number))),
    3,
  ),
  often(
    fc.tuple(which, anyOutcome).map(([number, outcome]) => worker.post(number, outcome)),
    10,
  ),
  often(
    fc.tuple(name, when).map(([by, breaks]) => worker.breakOff(by, breaks)),
    1,
  ),
  often(
    name.map((by) => worker.die(by)),
    1,
  ),
  often(
    name.map((by) => worker.freeze(by)),
    2,
  ),
  often(
    name.map((by) => worker.wake(by)),
    1,
  ),
  often(fc.constant(scheduler.scan), 1),
  often(
    which.map((number) => scheduler.loseJob(number)),
    1,
  ),
  often(fc.constant(scheduler.flush), 1),
];

const one = fc.oneof(starts, sweeps, ...writes, ...others).map((step) => new Command(step));
const two = fc
  .tuple(fc.oneof(starts, ...writes), fc.oneof(sweeps, starts, ...writes))
  .filter(([first, second]) => !(second.name === 'sweep' && first.name.includes('starts')))
  .map(([first, second]) => new Command(first, second));

const mostCommands = 50;

export const anyCommands = fc.commands([fc.oneof({ arbitrary: one, weight: 5 }, { arbitrary: two, weight: 1 })], {
  maxCommands: mostCommands,
  size: 'max',
});
