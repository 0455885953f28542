/**
 * The scheduler: scans tasks when they are due, feeds lanes, sweeps up after crashes and settles unknown runs. Any number
 * of them may run side by side: leases and compare-and-sets in the ledger share the work.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, requireStores } from '@quailrunner/config';
import { openApiClient } from '@quailrunner/delivery';
import {
  openReaddress,
  openTaskCache,
  recheckQueued,
  recoverQueue,
  resolveUnknown,
  sweepRuns,
} from '@quailrunner/engine';
import { migrateLedger, openLedger } from '@quailrunner/ledger';
import { openQueue } from '@quailrunner/queue';
import { armCrashPoint } from '@quailrunner/runtime';
import { openSources } from '@quailrunner/source';
import type { Log } from '@quailrunner/telemetry';
import { withOwnCodes } from '@quailrunner/twilio';
import { startAlerts } from './alerts.js';
import { startFeed } from './feed.js';
import { type Opened, poll } from './opened.js';
import { startRetries } from './retries.js';
import { concurrentScans, startScans } from './scans.js';

export interface Scheduler {
  /** Ends with the batch that each scan is at, and without it where a source takes long. */
  close(): Promise<void>;
}

/** `sweep` and `unknown` at most: tests shorten what they wait for. */
const pollMs = { recover: 1_000, recheck: 5_000, readdress: 5_000, sweep: 10_000, unknown: 5_000 };

const statementTimeoutMs = 60_000;

/** When it stops: for what others than the ledger are asked just then. */
const patienceMs = 1_000;

export const startScheduler = async (config: Config, log: Log): Promise<Scheduler> => {
  const { databaseUrl, redisUrl, encryptionKey } = requireStores(config);
  const { allowPrivateTargets, twilioBaseUrl, lookUp, lookUpAfterMs, workerLostAfterMs, secrets } = config;
  const ledger = openLedger({ databaseUrl, encryptionKey, applicationName: 'quailrunner scheduler' }, log);
  const names = await migrateLedger(ledger);
  if (names.length > 0) log.emit('ledger.migrated', { names });
  const stopping = new AbortController();
  const opened: Opened = {
    config,
    log,
    ledger,
    queue: openQueue({ redisUrl }, log),
    sources: openSources(config.sources, { statementTimeoutMs, maxConnections: concurrentScans }),
    tasks: openTaskCache(ledger),
    secrets,
    reach: armCrashPoint(config.crashAt),
    stopping,
  };
  const apiClient = openApiClient({ allowPrivateTargets, twilioBaseUrl });
  const sweeping = { ...opened, lookUpAfterMs, workerLostAfterMs };
  const clock = { random: Math.random, now: () => new Date() };
  const codes = withOwnCodes(config.twilioCodes);
  const settling = { ...sweeping, ...clock, apiClient, lookUp, codes, signal: stopping.signal };
  const feed = startFeed(opened);
  const pollers = [
    feed,
    startScans(opened, feed.wake),
    startAlerts(opened),
    startRetries(opened, feed.wake),
    poll('recheck', pollMs.recheck, () => recheckQueued(opened), log),
    poll('readdress', pollMs.readdress, openReaddress(opened), log),
    poll('recover', pollMs.recover, () => recoverQueue(sweeping), log),
    poll('sweep', Math.min(pollMs.sweep, workerLostAfterMs / 3), () => sweepRuns(sweeping), log),
    poll('unknown', Math.min(pollMs.unknown, lookUpAfterMs), () => resolveUnknown(settling), log),
  ];
  log.emit('app.started', {});
  return {
    close: async () => {
      stopping.abort();
      ledger.hurry();
      const ended = Promise.all(pollers.map((poller) => poller.close()));
      await Promise.race([ended, sleep(patienceMs, undefined, { ref: false })]);
      // What Redis, a source or Twilio has not answered by now is broken off: the ledger knows what is left to do.
      await Promise.all([opened.queue.close(), opened.sources.close(), apiClient.close()]);
      await ended;
      await ledger.close();
    },
  };
};
