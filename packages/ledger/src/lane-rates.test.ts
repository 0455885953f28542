/** Which rate holds in a lane. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ann, makeDefinition, makeLedger, type TestLedger } from '../test/make-ledger.js';
import { ensureLane, type LaneUse, leaveLanes, readOpenLanes, saveTask, setLaneRate } from './index.js';

let test: TestLedger;

beforeEach(async () => {
  test = await makeLedger();
});

afterEach(() => test.close());

const key = 'twilio/AC1/+15005550006';

const save = (name: string, ratePerSecond?: number) =>
  saveTask(test.ledger, makeDefinition({ name, ...(ratePerSecond === undefined ? {} : { ratePerSecond }) }), ann);

const use = (task: { taskId: number; revision: number }, more: LaneUse = {}) =>
  ensureLane(test.ledger, key, { ...task, defaultRate: 1, ...more });

const rateNow = async (): Promise<number | undefined> =>
  (await readOpenLanes(test.ledger)).find((lane) => lane.key === key)?.ratePerSecond;

describe('the rate of a lane', () => {
  it("is the usual one of its sender's kind while no task asks for another", async () => {
    await use(await save('one'));
    expect(await rateNow()).toBe(1);
  });

  it('is the least that its tasks ask for, whoever came first', async () => {
    const [one, other] = [await save('one', 20), await save('other', 5)];
    await Promise.all([use(one, { ratePerSecond: 20 }), use(other, { ratePerSecond: 5 })]);
    expect(await rateNow()).toBe(5);
    await use(one, { ratePerSecond: 20 });
    expect(await rateNow()).toBe(5);
  });

  it('follows a revision that asks for another, or for none any more, at once', async () => {
    await use(await save('one', 20), { ratePerSecond: 20 });
    await save('one', 30);
    expect(await rateNow()).toBe(30);
    await save('one');
    expect(await rateNow()).toBe(1);
  });

  it('is not brought back by a scan of an older revision', async () => {
    const old = await save('one', 20);
    const newer = await save('one', 30);
    await use(newer, { ratePerSecond: 30 });
    await use(old, { ratePerSecond: 20 });
    expect(await rateNow()).toBe(30);
  });

  it('forgets a task that sends elsewhere now', async () => {
    const [one, other] = [await save('one', 20), await save('other', 5)];
    await use(one, { ratePerSecond: 20 });
    await use(other, { ratePerSecond: 5 });
    await leaveLanes(test.ledger, { ...other, revision: other.revision + 1 });
    expect(await rateNow()).toBe(20);
  });

  it("is a person's where one has set it, until it is dropped", async () => {
    const laneId = await use(await save('one', 20), { ratePerSecond: 20 });
    expect(await setLaneRate(test.ledger, laneId, 0.5, ann)).toBe(true);
    await save('one', 30);
    expect(await rateNow()).toBe(0.5);
    await setLaneRate(test.ledger, laneId, undefined, ann);
    expect(await rateNow()).toBe(30);
    expect(await setLaneRate(test.ledger, 99, 1, ann)).toBe(false);
  });
});
