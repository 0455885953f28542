/** Tells the log of posts that were turned away: by reason, and a line each ten seconds at most, whoever sends them. */
import type { ReceiptResult, ReplyResult } from '@quailrunner/engine';
import type { Log } from '@quailrunner/telemetry';

export type Refusal = Extract<ReceiptResult | ReplyResult, { kind: 'refused' }>['reason'] | 'ledger-away';

export interface Refusals {
  add(reason: Refusal): void;
  /** Tells what is not told yet. */
  close(): void;
}

const silenceMs = 10_000;

export const openRefusals = (log: Log): Refusals => {
  let counts: Partial<Record<Refusal, number>> = {};
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    timer = undefined;
    if (Object.keys(counts).length === 0) return;
    log.emit('receipt.refused', counts);
    counts = {};
    timer = setTimeout(tell, silenceMs).unref();
  };
  return {
    add: (reason) => {
      counts[reason] = (counts[reason] ?? 0) + 1;
      if (timer === undefined) tell();
    },
    close: () => {
      clearTimeout(timer);
      tell();
      clearTimeout(timer);
    },
  };
};
