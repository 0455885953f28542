import { claimEntities, ensureLane, feedRuns, saveTask, takeDueScan } from '@quailrunner/ledger';
import { openSources, type Sources } from '@quailrunner/source';
import { openLog } from '@quailrunner/telemetry';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ann, makeDefinition, makeLedger, type TestLedger } from '../../ledger/test/make-ledger.js';
import { recheckQueued } from './recheck-queued.js';
import { openTaskCache } from './task-cache.js';

let test: TestLedger;
let sources: Sources;
beforeAll(async () => {
  test = await makeLedger();
  sources = openSources({ default: test.url }, { statementTimeoutMs: 5_000 });
  await test.ask('create table public.people as select n::text as id, n > 1 as wants from generate_series(1, 2) n');
});
afterAll(async () => {
  await sources.close();
  await test.close();
});

const queueRuns = async (name: string, body: string): Promise<number> => {
  const action = { url: `https://${name}.example.com/`, headers: { 'Content-Type': 'text/plain' }, body };
  const predicate = 'select id as entity_pk from public.people where wants';
  await saveTask(test.ledger, { ...makeDefinition({ name, action }), predicate }, ann);
  const scan = await takeDueScan(test.ledger);
  if (scan === undefined) throw new Error('the scan of a new task is due');
  const laneId = await ensureLane(test.ledger, `host/${name}.example.com`);
  await claimEntities(
    test.ledger,
    scan,
    ['1', '2'].map((pk) => ({ pk, columns: {}, laneId })),
  );
  expect(await feedRuns(test.ledger, { laneId, highWater: 10 })).toHaveLength(2);
  return laneId;
};

it('asks about the other lanes when a lane can not be addressed, whose runs wait to be fed again', async () => {
  const lanes = [await queueRuns('aa', 'Hello {{ secrets.unset }}'), await queueRuns('bb', 'Hello')];
  await test.ask(`update quailrunner.runs set queued_at = now() - interval '1 minute'`);
  const lines: string[] = [];
  const stream = { write: (line: string) => lines.push(line) };
  const log = openLog({ app: 'test', level: 'debug', format: 'json', stream });
  const { ledger } = test;
  await recheckQueued({ ledger, sources, tasks: openTaskCache(ledger), log, secrets: {} });
  const states = 'select lane_id, entity_pk, state, code from quailrunner.runs order by 1, 2';
  const left = { entity_pk: '1', state: 'skipped', code: 'NO_LONGER_SELECTED' };
  expect(await test.ask(states)).toEqual([
    { lane_id: lanes[0], ...left },
    { lane_id: lanes[0], entity_pk: '2', state: 'pending', code: null },
    { lane_id: lanes[1], ...left },
    { lane_id: lanes[1], entity_pk: '2', state: 'queued', code: null },
  ]);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { msg: 'lane.recheck_failed', laneId: lanes[0], runs: 1, fault: 'RENDER_SECRET_MISSING' },
  ]);
});
