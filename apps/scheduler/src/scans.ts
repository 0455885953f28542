/** Scans the tasks that are due, several at a time, and keeps each scan ours for as long as it takes. */
import { scanTask } from '@quailrunner/engine';
import { renewScan, type Scan, scanHeartbeatMs, takeDueScan } from '@quailrunner/ledger';
import { describeFault } from '@quailrunner/telemetry';
import { type Opened, poll } from './opened.js';

const everyMs = 500;

/** Scans at a time: a slow source must not keep other tasks from theirs. */
export const concurrentScans = 8;

/** `onClaimed` is called after each batch that claimed something. */
export const startScans = (opened: Opened, onClaimed: () => void): { close(): Promise<void> } => {
  const { ledger, log, stopping } = opened;
  const deps = { ...opened, signal: stopping.signal, onClaimed };
  const running = new Map<Scan, Promise<void>>();
  const takeScans = async (): Promise<void> => {
    while (running.size < concurrentScans && !stopping.signal.aborted) {
      const scan = await takeDueScan(ledger);
      if (scan === undefined) return;
      const ended = scanTask(scan, deps)
        .catch((fault) => log.emit('poll.failed', { poller: 'scan', ...describeFault(fault) }))
        .finally(() => running.delete(scan));
      running.set(scan, ended);
    }
  };
  const renewScans = (): Promise<unknown> => Promise.all([...running.keys()].map((scan) => renewScan(ledger, scan)));
  const scans = poll('scan', everyMs, takeScans, log);
  const heartbeat = poll('scan heartbeat', scanHeartbeatMs, renewScans, log);
  return {
    close: async () => {
      await scans.close();
      await Promise.all(running.values());
      await heartbeat.close();
    },
  };
};
