import type { Actor } from '@quailrunner/domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeLedger, type TestLedger } from '../test/make-ledger.js';
import { inTransaction } from './query.js';
import { type AuditFilter, type AuditPage, readAudit } from './read-audit.js';
import { recordAct, recordActs } from './record-act.js';

let test: TestLedger;
beforeEach(async () => {
  test = await makeLedger();
});
afterEach(() => test.close());

const ann: Actor = { kind: 'user', name: 'ann' };
const robot: Actor = { kind: 'token', name: 'robot' };

const record = (by: Actor, laneId: string) =>
  inTransaction(test.ledger, (ask) =>
    recordAct(ask, {
      by,
      act: 'lane.paused',
      subject: { kind: 'lane', id: laneId },
      before: { state: 'open' },
      after: { state: 'paused' },
    }),
  );

describe('the audit', () => {
  it('tells who did what to what, and how it was before and after', async () => {
    await record(ann, '7');
    expect(await readAudit(test.ledger, { limit: 10 })).toEqual([
      {
        auditId: '1',
        at: expect.any(Date),
        by: ann,
        act: 'lane.paused',
        subject: { kind: 'lane', id: '7' },
        before: { state: 'open' },
        after: { state: 'paused' },
      },
    ]);
  });

  it('has no row of an act that was rolled back', async () => {
    const failing = inTransaction(test.ledger, async (ask) => {
      await recordAct(ask, { by: ann, act: 'lane.paused', subject: { kind: 'lane', id: '7' } });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow();
    expect(await readAudit(test.ledger, { limit: 10 })).toEqual([]);
  });

  it('is read page by page, the newest first, and by actor, act and subject', async () => {
    for (const laneId of ['1', '2', '3']) await record(ann, laneId);
    await inTransaction(test.ledger, (ask) =>
      recordActs(ask, { by: robot, act: 'run.retried', kind: 'run', subjects: [{ id: '3' }, { id: '2' }] }),
    );
    const read = async (page: AuditPage, filter?: AuditFilter) =>
      (await readAudit(test.ledger, page, filter)).map(({ subject }) => `${subject.kind} ${subject.id}`);
    expect(await read({ limit: 2 })).toEqual(['run 2', 'run 3']);
    expect(await read({ limit: 2, before: '4' })).toEqual(['lane 3', 'lane 2']);
    expect(await read({ limit: 9 }, { actor: 'robot' })).toEqual(['run 2', 'run 3']);
    expect(await read({ limit: 9 }, { act: 'lane.paused' })).toEqual(['lane 3', 'lane 2', 'lane 1']);
    expect(await read({ limit: 9 }, { subjectKind: 'lane', subjectId: '3' })).toEqual(['lane 3']);
    expect(await read({ limit: 9 }, { actor: 'nobody' })).toEqual([]);
  });
});
