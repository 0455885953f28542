import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ann, makeLedger, makeQueuedRuns, type TestLedger } from '../test/make-ledger.js';
import { readAudit, revealRun } from './index.js';

let test: TestLedger;
beforeEach(async () => {
  test = await makeLedger();
});
afterEach(() => test.close());

describe('looking at what a run holds of somebody', () => {
  it('is written down, without what was seen', async () => {
    const { runs } = await makeQueuedRuns(test.ledger, 1);
    const runId = runs[0]?.runId ?? '';
    expect(await revealRun(test.ledger, runId, ann)).toMatchObject({
      columns: { phone_number: '+1500555key-0' },
      claimedRevision: 1,
    });
    const [row, ...others] = await readAudit(test.ledger, { limit: 9 }, { act: 'run.revealed' });
    expect(others).toEqual([]);
    expect(row).toMatchObject({ by: ann, subject: { kind: 'run', id: runId } });
    expect(JSON.stringify(row)).not.toContain('1500555');
  });

  it('shows nothing where it could not be written down', async () => {
    const { runs } = await makeQueuedRuns(test.ledger, 1);
    await test.ask('alter table quailrunner.audit add constraint full_disk check (false) not valid');
    await expect(revealRun(test.ledger, runs[0]?.runId ?? '', ann)).rejects.toThrow();
  });

  it('of no run is no act', async () => {
    expect(await revealRun(test.ledger, '99', ann)).toBeUndefined();
    expect(await readAudit(test.ledger, { limit: 9 })).toEqual([]);
  });
});
