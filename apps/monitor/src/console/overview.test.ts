import {
  ensureLane,
  finishScan,
  holdTask,
  pauseLane,
  readTask,
  recordBackoff,
  saveTask,
  setTaskState,
  takeDueScan,
} from '@quailrunner/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ann } from '../../../../test/support/index.js';
import {
  canaries,
  claimRuns,
  endRuns,
  type MonitorStage,
  makeTask,
  openMonitorStage,
  signIn,
  textOf,
} from '../../../../test/support/monitor-stage.js';

let stage: MonitorStage;
let url: string;
let cookie: string;

beforeAll(async () => {
  stage = await openMonitorStage();
  const { ledger } = stage;
  await endRuns(stage, await claimRuns(ledger, 'welcome-sms', 1_300), { completed: 7, failed: 2 });
  await saveTask(ledger, makeTask('broken'), ann);
  const scan = await takeDueScan(ledger);
  if (scan === undefined) throw new Error('no scan is due');
  const error = {
    code: 'PREDICATE_REFUSED',
    message: 'column "phone_numbr" does not exist <b>',
    mend: 'Perhaps you meant "phone_number".',
    line: 3,
    column: 14,
  };
  await finishScan(ledger, scan, { entitiesRead: 0, entitiesClaimed: 0, error });
  await saveTask(ledger, makeTask('resting'), ann);
  await setTaskState(ledger, 'resting', 'paused', ann);
  await ensureLane(ledger, 'host/one.example.com', { defaultRate: 0.5 });
  await stage.ask(`update quailrunner.lanes set state = 'held', reason = '20003: Authenticate' where key like '%one%'`);
  await recordBackoff(ledger, {
    laneId: await ensureLane(ledger, 'host/three.example.com', { defaultRate: 8 }),
    backoffMs: 60_000,
    code: 'HTTP_429',
    slowed: { pace: 4, ceiling: 8 },
  });
  await saveTask(ledger, makeTask('refused'), ann);
  const refused = await readTask(ledger, 'refused');
  await holdTask(ledger, { taskId: refused?.taskId ?? 0, revision: 1 }, '20 messages in a row were refused.');
  await pauseLane(ledger, await ensureLane(ledger, 'host/two.example.com'), ann);
  url = (await stage.startMonitor()).url;
  cookie = await signIn(url, stage.password);
});
afterAll(() => stage.close());

const read = async (path: string): Promise<string> => (await fetch(`${url}${path}`, { headers: { cookie } })).text();

describe('the overview', () => {
  it('counts runs by state, for all and for each task', async () => {
    const text = textOf(await read('/'));
    expect(text).toContain('Completed 7 On their way 991 Waiting 300 Unknown 0 Failed 2');
    expect(text).toMatch(/welcome-sms active 1,300 runs scanned (just now|\d+s ago): 1,300 read, 1,300 new/);
    expect(text).toContain('completed 7 queued 991 waiting 300 failed 2');
  });

  it('shows why a scan failed, where, and what to do, as text', async () => {
    const html = await read('/');
    expect(textOf(html)).toContain('The last scan failed at line 3, column 14 of the predicate. column "phone_numbr"');
    expect(textOf(html)).toContain('→ Perhaps you meant "phone_number".');
    expect(html).toContain('does not exist &lt;b&gt;');
    expect(textOf(html)).toContain('broken failing');
    expect(textOf(html)).toContain('resting paused');
  });

  it('names what needs a person, and links to where it is mended', async () => {
    const html = await read('/');
    expect(textOf(html)).toContain('Lane host/one.example.com is held 20003: Authenticate');
    expect(html).toMatch(/href="\/lanes#lane-\d+">Lane host\/one/);
    expect(textOf(html)).toContain('Task refused is held 20 messages in a row were refused.');
    expect(textOf(html)).toContain('Task broken can’t be scanned column "phone_numbr"');
    expect(textOf(html)).not.toContain('Lane host/two');
    expect(textOf(html)).toContain('2 runs of welcome-sms failed See why, mend it, and retry them.');
  });

  it('shows why a task is held, and what to do', async () => {
    const text = textOf(await read('/'));
    expect(text).toContain('refused held');
    expect(text).toContain('Held. 20 messages in a row were refused. → Mend the task');
  });

  it('refreshes the part that changes, without the frame', async () => {
    const part = await read('/overview/part');
    expect(part).not.toContain('<html');
    expect(textOf(part)).toContain('welcome-sms');
  });

  it('says nothing personal, nor does the API', async () => {
    const answers = await Promise.all(
      ['/', '/overview/part', '/api/v1/stats', '/api/v1/tasks', '/api/v1/lanes'].map(read),
    );
    for (const canary of Object.values(canaries)) {
      expect(answers.filter((answer) => answer.includes(canary.replace('+', '')))).toEqual([]);
    }
  });
});
