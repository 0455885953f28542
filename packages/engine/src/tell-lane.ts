/**
 * Tells the lane's gate what its message came to: send → **record**. Told to rest, all workers rest at once; one of those who
 * met the trouble writes it down, so that a Redis that forgets makes nobody go on too early.
 */
import type { Reach, Verdict } from '@quailrunner/domain';
import { type Ledger, recordBackoff } from '@quailrunner/ledger';
import type { Permit, Word } from '@quailrunner/queue';
import type { Log } from '@quailrunner/telemetry';
import { surely } from './finish-surely.js';

interface Deps {
  readonly ledger: Ledger;
  readonly log: Log;
  readonly reach: Reach;
}

export const tellLane = async (
  laneId: number,
  verdict: Verdict,
  permit: Permit,
  { ledger, log, reach }: Deps,
): Promise<void> => {
  const stop = await permit.tell(wordOf(verdict));
  // A hold that follows is written by itself.
  if (stop === undefined || verdict.kind === 'lane-fault' || !('code' in verdict)) return;
  const { code } = verdict;
  await surely(() => recordBackoff(ledger, { laneId, code, ...stop }), log);
  reach('lane.slowed');
  const pace = stop.slowed === undefined ? {} : { pace: Number(stop.slowed.pace.toFixed(3)) };
  log.emit('lane.slowed', { laneId, code, backoffMs: Math.round(stop.backoffMs), ...pace });
};

const wordOf = (verdict: Verdict): Word => {
  switch (verdict.kind) {
    case 'accepted':
    case 'refused':
      return { kind: 'good' };
    case 'lane-fault':
      return { kind: 'fault' };
    case 'throttled': {
      const { scope, retryAfterMs } = verdict;
      if (scope === 'run') return { kind: 'unclear' };
      return retryAfterMs === undefined ? { kind: 'throttled' } : { kind: 'throttled', retryAfterMs };
    }
    case 'transient':
      return { kind: verdict.isUnreachable ? 'unreachable' : 'unclear' };
    case 'unknown':
      return { kind: 'unclear' };
  }
};
