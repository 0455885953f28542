/**
 * What a verdict means beyond its run: send → **record**. A lane at fault is held, and so is a task whose content is refused
 * again and again; who has opted out is left alone by every task of that sender. Written before the run goes back or ends, so
 * that a crash in between loses nothing of it; each may be said any number of times.
 */
import type { Dispatch, Reach, Verdict } from '@quailrunner/domain';
import { holdLane, holdTask, type Ledger, suppress, type Told } from '@quailrunner/ledger';
import type { Log } from '@quailrunner/telemetry';
import type { MessageAddress } from '@quailrunner/twilio';
import type { ContentFaults } from './content-faults.js';
import { surely } from './finish-surely.js';
import type { SuppressionWatch } from './suppression-watch.js';

export interface HeedDeps {
  readonly ledger: Ledger;
  readonly log: Log;
  readonly reach: Reach;
  readonly contentFaults: ContentFaults;
  readonly suppressions: Pick<SuppressionWatch, 'add'>;
}

interface HeedfulRun extends Dispatch {
  readonly taskId: number;
  readonly revision: number;
}

/** `address` is asked for where the recipient has opted out. */
export const heedVerdict = async (
  run: HeedfulRun,
  verdict: Verdict,
  address: () => MessageAddress | undefined,
  deps: HeedDeps,
): Promise<void> => {
  if (verdict.kind === 'lane-fault') {
    await surely(() => holdLaneFor(run, `${verdict.code}: ${verdict.reason}`, deps), deps.log);
    deps.reach('lane.held'); // The next run must find it held.
  }
  if (verdict.kind === 'refused' && verdict.fault === 'opt-out') {
    const told = address();
    if (told !== undefined) deps.suppressions.add(told);
    const addresses = told === undefined ? [] : [told];
    await surely(() => heedOptOut(addresses, { toldBy: 'answer', code: verdict.code, of: run }, deps), deps.log);
    deps.reach('recipient.suppressed');
  }
  const reason = deps.contentFaults.add(run, verdict);
  if (reason !== undefined) await surely(() => holdTaskFor(run, reason, deps), deps.log);
};

/** The lane of the attempt, unless a person has let it go on since. */
export const holdLaneFor = async (
  attempt: Dispatch,
  reason: string,
  { ledger, log }: Pick<HeedDeps, 'ledger' | 'log'>,
): Promise<void> => {
  const held = await holdLane(ledger, attempt, reason);
  if (held !== undefined) log.emit('lane.held', { ...held, reason });
};

export const heedOptOut = async (
  addresses: readonly MessageAddress[],
  told: Told,
  { ledger, log }: Pick<HeedDeps, 'ledger' | 'log'>,
): Promise<void> => {
  if (addresses.length === 0) return;
  const added = await suppress(ledger, addresses, told);
  if (added === 0) return;
  const { of: _attempt, ...logged } = told;
  log.emit('recipient.suppressed', logged);
};

export const holdTaskFor = async (
  task: Pick<HeedfulRun, 'taskId' | 'revision'>,
  reason: string,
  { ledger, log }: Pick<HeedDeps, 'ledger' | 'log'>,
): Promise<void> => {
  const held = await holdTask(ledger, task, reason);
  if (held !== undefined) log.emit('task.held', { task: held, reason });
};
