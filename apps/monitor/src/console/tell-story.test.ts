import type { AttemptRow, AuditRow, RunStory } from '@quailrunner/ledger';
import { messageCodes } from '@quailrunner/twilio';
import { describe, expect, it } from 'vitest';
import { tellStory } from './tell-story.js';

const at = (second: number): Date => new Date(Date.UTC(2026, 10, 25, 12, 0, second));
const run: RunStory = {
  runId: '7',
  taskId: 1,
  task: 'welcome',
  revision: 2,
  entityPk: 'k',
  laneId: 1,
  state: 'pending',
  attempts: 0,
  dispatch: 0,
  dueAt: at(0),
  claimedAt: at(0),
  scanId: '3',
  claimedRevision: 1,
  columns: {},
  history: [],
  receipts: [],
};
const attempt: AttemptRow = {
  dispatch: 1,
  number: 1,
  revision: 2,
  workerId: '0123456789abcdef',
  startedAt: at(5),
  finishedAt: at(6),
  verdict: 'unknown',
  durationMs: 1_000,
};
const act = (act: AuditRow['act'], second: number, after?: object): AuditRow => ({
  auditId: '1',
  at: at(second),
  by: { kind: 'token', name: 'robot' },
  act,
  subject: { kind: 'run', id: '7' },
  ...(after && { after }),
});
const tell = (changes: Partial<RunStory>, acts: readonly AuditRow[] = []) =>
  tellStory({ ...run, ...changes }, { lane: '', acts, requests: new Map(), codes: messageCodes, now: at(30) });
const titles = (...told: Parameters<typeof tell>): string[] => tell(...told).map(({ title }) => title);

describe("a run's story", () => {
  it('begins with the claim, and ends with what it waits for', () => {
    expect(titles({})).toEqual(['Claimed', 'Waits for its turn']);
    expect(tell({}).at(-1)).toMatchObject({ says: ['It is due now.'] });
    expect(tell({ dueAt: at(50) }).at(-1)?.says[0]).toMatch(/^It is not before 2026-11-25 12:00:50 UTC \(in 20s\)\.$/);
    expect(titles({ state: 'retrying' }).at(-1)).toBe('Waits to be tried again');
    expect(titles({ state: 'unknown' }).at(-1)).toBe('Nobody knows whether it was sent');
  });

  it('is told in the order in which it happened, whoever did it', () => {
    const told = titles(
      {
        state: 'completed',
        dispatch: 2,
        queuedAt: at(20),
        finishedAt: at(25),
        history: [attempt, { ...attempt, dispatch: 2, startedAt: at(21), verdict: 'accepted', sid: 'SM1' }],
        receipts: [{ dispatch: 2, sid: 'SM1', status: 'sent', receivedAt: at(24) }],
      },
      [act('run.revealed', 28), act('run.resolved', 10, { state: 'retrying' })],
    );
    expect(told).toEqual([
      'Claimed',
      'Attempt 1',
      'robot said that it was not sent',
      'Fed to the queue of its lane',
      'Attempt 1',
      'Receipt',
      'Completed',
      'robot looked at its personal data',
    ]);
  });

  it('shows the attempt that is being made, and none twice', () => {
    const sending = { state: 'sending', dispatch: 1, queuedAt: at(1), startedAt: at(2) } as const;
    expect(titles(sending)).toEqual(['Claimed', 'Fed to the queue of its lane', 'Being sent']);
    expect(titles({ ...sending, state: 'unknown', history: [attempt] })).not.toContain('Being sent');
  });

  it('says why it was skipped or canceled', () => {
    const skipped = { state: 'skipped', finishedAt: at(9), code: 'NO_LONGER_SELECTED', reason: 'It is gone.' } as const;
    expect(tell(skipped).at(-1)).toMatchObject({ title: 'Skipped', says: ['It is gone.'] });
    expect(titles({ state: 'canceled', finishedAt: at(9) }, [act('run.canceled', 9)])).toEqual([
      'Claimed',
      'robot canceled it',
      'Canceled',
    ]);
  });

  it('says who knew what became of an attempt', () => {
    const settled = tell({ state: 'failed', finishedAt: at(9), history: [{ ...attempt, settledBy: 'policy' }] });
    expect(settled[1]?.facts).toContainEqual({ label: 'Settled by', value: 'the task’s onUnknown' });
  });
});
