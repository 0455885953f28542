import { randomBytes } from 'node:crypto';
import { ensureLane, type Ledger, openLedger } from '@quailrunner/ledger';
import { openQueue, type Queue } from '@quailrunner/queue';
import { type Log, silentLog } from '@quailrunner/telemetry';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestDatabase, createTestRedis, type TestDatabase, waitUntil } from '../../../test/support/index.js';
import { openTcpDoor, type TcpDoor } from '../../../test/support/tcp-door.js';
import { type LaneConsumers, openLaneConsumers } from './lane-consumers.js';

let database: TestDatabase;
let ledger: Ledger;
let door: TcpDoor;
let queue: Queue;
let behindDoor: Queue;
let consumers: LaneConsumers;
let laneId: number;
let now: number;
const [events, delivered]: [string[], string[]] = [[], []];

beforeEach(async () => {
  database = await createTestDatabase({ withLedger: true });
  ledger = openLedger({ databaseUrl: database.url, encryptionKey: randomBytes(32), applicationName: 'worker test' });
  laneId = await ensureLane(ledger, 'host/example.com');
  const redisUrl = await createTestRedis();
  door = await openTcpDoor(redisUrl);
  queue = openQueue({ redisUrl }, silentLog);
  const log: Log = { emit: (event) => void events.push(event), close: () => {} };
  behindDoor = openQueue({ redisUrl: door.url }, log);
  for (const list of [events, delivered]) list.length = 0;
  now = 0;
  const deliver = async ({ runId }: { runId: string }) => {
    delivered.push(runId);
    return { state: 'completed' };
  };
  consumers = openLaneConsumers(
    { concurrency: 5, closeMs: 1_000 },
    { ledger, queue: behindDoor, log, deliver, clock: () => now },
  );
});

afterEach(async () => {
  await consumers.close();
  await Promise.all([queue.close(), behindDoor.close(), ledger.close()]);
  await Promise.all([door.close(), database.close()]);
});

const addRun = (runId: string) => queue.addRuns(laneId, [{ runId, dispatch: 1, task: 'welcome' }]);

/** Ten seconds later, once Redis answers whoever watches. */
const lookAgain = async (): Promise<void> => {
  now += 10_000;
  await waitUntil(
    () =>
      consumers.watch().then(
        () => true,
        () => false,
      ),
    { what: 'a look at the lanes' },
  );
};

it('reopens the consumer of a lane whose connection is cut off without a word', async () => {
  await consumers.refresh();
  await addRun('1');
  await waitUntil(() => delivered.length === 1, { what: 'the first run' });
  door.lame();
  await addRun('2');
  for (let look = 0; look < 4; look++) await lookAgain();
  await waitUntil(() => delivered.length === 2, { what: 'the second run' });
  expect(events.filter((event) => event.startsWith('lane.'))).toEqual(['lane.opened', 'lane.reopened']);
});

it('leaves those alone whose lanes rest', async () => {
  await consumers.refresh();
  for (let look = 0; look < 6; look++) await lookAgain();
  await addRun('1');
  await waitUntil(() => delivered.length === 1, { what: 'the run' });
  await lookAgain();
  expect(events).toEqual(['lane.opened']);
});

it('opens no lane any more once it closes', async () => {
  const refreshed = consumers.refresh();
  expect(await consumers.close()).toBe(0);
  await refreshed;
  expect(events).toEqual([]);
});
