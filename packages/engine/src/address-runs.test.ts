import { ensureLane, type FedRun, feedRuns, suppress } from '@quailrunner/ledger';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { claimEntities } from '../../ledger/src/index.js';
import { makeDefinition, makeLedger, makeScan, type TestLedger } from '../../ledger/test/make-ledger.js';
import { addressRuns } from './address-runs.js';
import { compileTask } from './compile-task.js';

const account = `AC${'0'.repeat(32)}`;
const key = `twilio/${account}/+15005550006`;
const settings = {
  action: {
    url: `https://api.twilio.com/2010-04-01/Accounts/${account}/Messages.json`,
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      Authorization: 'Basic {{ secrets.twilio_basic }}',
    },
    body: 'From=+15005550006&To={{ to }}&Body={{ text }}',
  },
};

let test: TestLedger;
let fed: FedRun[];
let laneId: number;
beforeAll(async () => {
  test = await makeLedger();
  const scan = await makeScan(test.ledger, settings);
  laneId = await ensureLane(test.ledger, key);
  const rows = [
    { to: '+15005550001', text: 'short' },
    { to: '+15005550002', text: 'x'.repeat(500) },
    { to: 'nobody', text: 'short' },
  ];
  await claimEntities(
    test.ledger,
    scan,
    rows.map((columns, n) => ({ pk: String(n), columns, laneId })),
  );
  fed = await feedRuns(test.ledger, { laneId, highWater: 10 });
});
afterAll(() => test.close());

const address = (definition = makeDefinition(settings)) => {
  const task = compileTask(definition);
  return addressRuns(fed, { laneId, key }, { ledger: test.ledger, tasks: { read: async () => task }, secrets: {} });
};

it('counts segments without the secrets of the workers; a row that does not fit is theirs to tell', async () => {
  expect((await address()).map(({ segments }) => segments)).toEqual([1, 4, 1]);
});

it('does not feed what it can not address', async () => {
  const body = 'From=+15005550006&To={{ to }}&Body={{ secrets.text }}';
  const definition = makeDefinition({ action: { ...settings.action, body } });
  await expect(address(definition)).rejects.toMatchObject({ code: 'RENDER_SECRET_MISSING' });
});

it('leaves out who has opted out', async () => {
  await suppress(test.ledger, [{ sender: key, recipient: '+15005550001' }], { toldBy: 'recipient' });
  expect((await address()).map(({ runId }) => runId)).toEqual(fed.slice(1).map(({ runId }) => runId));
});

it('moves the runs of several tasks to one lane, where each task has its say in the rate', async () => {
  const other = await makeScan(test.ledger, { ...settings, name: 'other' });
  await claimEntities(test.ledger, other, [{ pk: 'one', columns: { to: '+15005550003', text: 'short' }, laneId }]);
  const [otherRun] = (await feedRuns(test.ledger, { laneId, highWater: 10 })).filter(({ task }) => task === 'other');
  const body = 'From=+15005550007&To={{ to }}&Body={{ text }}';
  const taskAt = (ratePerSecond: number) =>
    compileTask(makeDefinition({ action: { ...settings.action, body }, ratePerSecond }));
  const read = async (taskId: number) => taskAt(taskId === other.taskId ? 2 : 5);
  const runs = [fed[0], otherRun].filter((run) => run !== undefined);
  await addressRuns(runs, { laneId, key }, { ledger: test.ledger, tasks: { read }, secrets: {} });
  const uses = `
    select u.rate_per_second::float8 as rate, l.rate_per_second::float8 as "laneRate"
    from quailrunner.task_lanes u join quailrunner.lanes l on l.id = u.lane_id
    where l.key = $1 order by 1`;
  expect(await test.ask(uses, [`twilio/${account}/+15005550007`])).toEqual([
    { rate: 2, laneRate: 2 },
    { rate: 5, laneRate: 2 },
  ]);
});
