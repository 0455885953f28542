/**
 * What a verdict means beyond its run: send → **record**. A lane at fault is held, and so is a task whose content is refused
 * again and again; who has opted out is left alone by every task of that sender. Written before the run goes back or ends, so
 * that a crash in between loses nothing of it; each may be said any number of times.
 */
import type { Reach, Verdict } from '@quailrunner/domain';
import { holdLane, holdTask, type Ledger, suppress, type ToldBy } from '@quailrunner/ledger';
import type { Log } from '@quailrunner/telemetry';
import type { MessageAddress } from '@quailrunner/twilio';
import { type ContentFaults, mostContentFaults } from './content-faults.js';
import { surely } from './finish-surely.js';
import type { SuppressionWatch } from './suppression-watch.js';

export interface HeedDeps {
  readonly ledger: Ledger;
  readonly log: Log;
  readonly reach: Reach;
  readonly contentFaults: ContentFaults;
  readonly suppressions: Pick<SuppressionWatch, 'add'>;
}

interface HeedfulRun {
  readonly taskId: number;
  readonly revision: number;
  readonly laneId: number;
}

/** `address` is asked for where the recipient has opted out. */
export const heedVerdict = async (
  run: HeedfulRun,
  verdict: Verdict,
  address: () => MessageAddress | undefined,
  deps: HeedDeps,
): Promise<void> => {
  if (verdict.kind === 'lane-fault') await hold(run.laneId, `${verdict.code}: ${verdict.reason}`, deps);
  if (verdict.kind === 'refused' && verdict.fault === 'opt-out') {
    const told = address();
    if (told !== undefined) deps.suppressions.add(told);
    await surely(
      () => heedOptOut(told === undefined ? [] : [told], { toldBy: 'answer', code: verdict.code }, deps),
      deps.log,
    );
    deps.reach('recipient.suppressed');
  }
  await surely(() => heedContent(run, verdict, deps), deps.log);
};

/** The next run must find the lane held. */
const hold = async (laneId: number, reason: string, { ledger, log, reach }: HeedDeps): Promise<void> => {
  const lane = await surely(() => holdLane(ledger, laneId, reason), log);
  if (lane !== undefined) log.emit('lane.held', { laneId, lane, reason });
  reach('lane.held');
};

export const heedOptOut = async (
  addresses: readonly MessageAddress[],
  told: { readonly toldBy: ToldBy; readonly code?: string },
  { ledger, log }: Pick<HeedDeps, 'ledger' | 'log'>,
): Promise<void> => {
  if (addresses.length === 0) return;
  const added = await suppress(ledger, addresses, told);
  if (added > 0) log.emit('recipient.suppressed', told);
};

export const heedContent = async (
  task: Pick<HeedfulRun, 'taskId' | 'revision'>,
  verdict: Verdict,
  { ledger, log, contentFaults }: Pick<HeedDeps, 'ledger' | 'log' | 'contentFaults'>,
): Promise<void> => {
  if (!contentFaults.isRowFull(task, verdict) || verdict.kind !== 'refused') return;
  const reason = `${mostContentFaults} messages in a row were refused. ${verdict.code}: ${verdict.reason}`;
  const held = await holdTask(ledger, task, reason);
  if (held !== undefined) log.emit('task.held', { task: held, reason });
};
