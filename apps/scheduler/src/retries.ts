/** Moves bulk retries on, as far as their lanes take it. */
import { advanceBulkRetries } from '@quailrunner/ledger';
import { type Opened, poll } from './opened.js';

const everyMs = 1_000;

/** `onMoved` is called when there is something new to feed. */
export const startRetries = ({ ledger, log, reach }: Opened, onMoved: () => void): { close(): Promise<void> } => {
  const advance = async (): Promise<void> => {
    const runs = await advanceBulkRetries(ledger);
    if (runs === 0) return;
    reach('retry.advanced');
    log.emit('retry.advanced', { runs });
    onMoved();
  };
  return poll('retries', everyMs, advance, log);
};
