import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage, type Running, type Stage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';

const rows = 200_000;
let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ LOG_LEVEL: 'info' });
  await stage.source.query(createUsers(rows));
}, 60_000);

afterAll(() => stage.close());

it('a scan of 200,000 rows keeps its memory flat, and the first messages leave before it is over', async () => {
  // All rows as entities would take more than this heap: if memory grew with rows, the process would end here.
  const scheduler = stage.start(['scheduler'], { NODE_OPTIONS: '--max-old-space-size=64' });
  const worker = stage.start(['worker']);
  await waitUntil(() => scheduler.output().includes('app.started') && worker.output().includes('app.started'), {
    timeoutMs: 20_000,
    what: 'both processes to be up',
  });
  const before = peakMemoryMb(scheduler);
  await stage.quail('task', 'apply', await stage.writeTask('everyone', smsTask({ name: 'everyone' })));
  await waitUntil(() => scheduler.output().includes('scan.finished'), {
    timeoutMs: 60_000,
    what: 'the end of the scan',
  });
  const peak = peakMemoryMb(scheduler);
  const { rows: facts } = await stage.ledger.query(`
    select entities_claimed::int as claimed, finished_at as scanned_at,
      (select min(started_at) from quailrunner.attempts) as first_sent_at
    from quailrunner.scans order by id limit 1`);
  process.stdout.write(`scheduler: ${before} MB before the scan of ${rows} rows, ${peak} MB at its peak\n`);
  expect(facts[0].claimed).toBe(rows);
  expect(facts[0].first_sent_at.getTime()).toBeLessThan(facts[0].scanned_at.getTime());
  expect(peak - before).toBeLessThan(150);
}, 120_000);

/** The largest resident set of a process so far. */
const peakMemoryMb = ({ process: child }: Running): number => {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1_024);
};
