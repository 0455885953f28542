/** Tells the log of receipts that were turned away: a line each ten seconds at most, however many a stranger may send. */
import type { ReceiptResult } from '@quailrunner/engine';
import type { Log } from '@quailrunner/telemetry';

type Reason = Extract<ReceiptResult, { kind: 'refused' }>['reason'];

const silenceMs = 10_000;

/** `now` in milliseconds. */
export const openRefusals = (log: Log, now: () => number): { add(reason: Reason): void } => {
  let refused = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    add: (reason) => {
      refused += 1;
      if (now() - toldAt < silenceMs) return;
      log.emit('receipt.refused', { reason, refused });
      refused = 0;
      toldAt = now();
    },
  };
};
