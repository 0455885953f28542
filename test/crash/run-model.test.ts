/**
 * A model check of the run's states: two workers, schedulers, resolvers, receipts and a person take their steps in an
 * order that chance chooses, on the real ledger; a crash is a process whose next step never comes. Whatever the order,
 * nobody gets a second message, and in the end everybody has the first.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkWorld } from './model/check-world.js';
import { anyCommands } from './model/commands.js';
import { finishWorld } from './model/finish-world.js';
import { makeWorld, openModelStage, type Rules, type Stage } from './model/world.js';

const runs = 150;

let stage: Stage;
beforeAll(async () => {
  stage = await openModelStage();
});
afterAll(() => stage.test.close());

/** Two to four runs, to one or two numbers; mostly twins. */
const anyNumbers = fc.oneof(fc.constant([1, 1]), fc.array(fc.constantFrom(1, 2), { minLength: 2, maxLength: 4 }));

const interleavings = (rules: Rules) =>
  fc.asyncProperty(anyNumbers, anyCommands, async (numbers, commands) => {
    const world = await makeWorld(stage, numbers, rules);
    await fc.asyncModelRun(() => ({ model: world, real: undefined }), commands);
    await finishWorld(world);
    await checkWorld(world, { isOver: true });
  });

describe('whoever does what first', () => {
  it(
    'each run is sent at most once, and in the end exactly once',
    () => fc.assert(interleavings({ fence: true, lookUp: true }), { numRuns: runs, unbiased: true }),
    120_000,
  );
});

describe('the check finds a fault without', () => {
  const findsFault = async (rules: Rules) =>
    (await fc.check(interleavings(rules), { numRuns: 1_000, endOnFailure: true, unbiased: true })).failed;

  it(
    'the look before a run that may have been sent is sent again',
    async () => expect(await findsFault({ fence: true, lookUp: false })).toBe(true),
    120_000,
  );

  it(
    'the number of the dispatch, when any job may start its run',
    async () => expect(await findsFault({ fence: false, lookUp: true })).toBe(true),
    120_000,
  );
});
