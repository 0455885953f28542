/**
 * The scheduler: scans tasks when they are due, feeds lanes, sweeps up after crashes and settles unknown runs. Any number
 * of them may run side by side: leases and compare-and-sets in the ledger share the work.
 */
import { type Config, requireStores } from '@quailrunner/config';
import { openApiClient } from '@quailrunner/delivery';
import type { Reach } from '@quailrunner/domain';
import {
  feedLane,
  openTaskCache,
  recoverQueue,
  resolveUnknown,
  scanTask,
  sweepRuns,
  type TaskCache,
} from '@quailrunner/engine';
import {
  type Ledger,
  migrateLedger,
  openLedger,
  readWaitingLanes,
  renewScan,
  type Scan,
  scanHeartbeatMs,
  takeDueScan,
} from '@quailrunner/ledger';
import { openQueue, type Queue } from '@quailrunner/queue';
import { armCrashPoint, type Poller, startPoller } from '@quailrunner/runtime';
import { openSources, type Sources } from '@quailrunner/source';
import { describeFault, type Log } from '@quailrunner/telemetry';

export interface Scheduler {
  /** Ends with the batch that each scan is at. */
  close(): Promise<void>;
}

const pollMs = { scans: 500, feed: 200, recover: 1_000, sweep: 10_000, unknown: 5_000 };

/** Scans at a time: a slow source must not keep other tasks from theirs. */
const concurrentScans = 8;
const statementTimeoutMs = 60_000;

interface Opened {
  readonly config: Config;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly queue: Queue;
  readonly sources: Sources;
  readonly tasks: TaskCache;
  readonly reach: Reach;
  readonly stopping: AbortController;
}

export const startScheduler = async (config: Config, log: Log): Promise<Scheduler> => {
  const { databaseUrl, redisUrl, encryptionKey } = requireStores(config);
  const ledger = openLedger({ databaseUrl, encryptionKey, applicationName: 'quailrunner scheduler' }, log);
  const names = await migrateLedger(ledger);
  if (names.length > 0) log.emit('ledger.migrated', { names });
  const opened: Opened = {
    config,
    log,
    ledger,
    queue: openQueue({ redisUrl }, log),
    sources: openSources(config.sources, { statementTimeoutMs, maxConnections: concurrentScans }),
    tasks: openTaskCache(ledger),
    reach: armCrashPoint(config.crashAt),
    stopping: new AbortController(),
  };
  const { feed, scans } = startScansAndFeed(opened);
  const sweeping = { ...opened, ...timesOf(config) };
  const apiClient = openApiClient(clientOptions(config));
  const settling = {
    ...sweeping,
    apiClient,
    lookUp: config.lookUp,
    secrets: config.secrets,
    random: Math.random,
    now: () => new Date(),
  };
  const sweepMs = Math.min(pollMs.sweep, config.workerLostAfterMs / 3);
  const pollers = [
    feed,
    poll('recover', pollMs.recover, () => recoverQueue(sweeping), log),
    poll('sweep', sweepMs, () => sweepRuns(sweeping), log),
    poll(
      'unknown',
      Math.min(pollMs.unknown, config.lookUpAfterMs),
      () => resolveUnknown(settling, opened.stopping.signal),
      log,
    ),
  ];
  log.emit('app.started', {});
  return {
    close: async () => {
      opened.stopping.abort();
      await Promise.all([...pollers.map((poller) => poller.close()), scans.close()]);
      await Promise.all([opened.queue.close(), opened.sources.close(), apiClient.close()]);
      await ledger.close();
    },
  };
};

const timesOf = ({ lookUpAfterMs, workerLostAfterMs }: Config) => ({ lookUpAfterMs, workerLostAfterMs });

const clientOptions = ({ allowPrivateTargets, twilioBaseUrl }: Config) => ({ allowPrivateTargets, twilioBaseUrl });

const poll = (poller: string, everyMs: number, run: () => Promise<unknown>, log: Log): Poller =>
  startPoller({ everyMs, run, onFault: (fault) => log.emit('poll.failed', { poller, ...describeFault(fault) }) });

const startScansAndFeed = (opened: Opened): { feed: Poller; scans: { close(): Promise<void> } } => {
  const { ledger, log, stopping } = opened;
  const feeding = new Map<number, Promise<unknown>>();
  const feed = poll('feed', pollMs.feed, () => feedLanes(opened, feeding), log);
  const running = new Map<Scan, Promise<void>>();
  const deps = { ...opened, secrets: opened.config.secrets, signal: stopping.signal, onClaimed: feed.wake };
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
  const scans = poll('scan', pollMs.scans, takeScans, log);
  const heartbeat = poll('scan heartbeat', scanHeartbeatMs, renewScans, log);
  return {
    feed,
    scans: {
      close: async () => {
        await scans.close();
        await Promise.all([...running.values(), ...feeding.values()]);
        await heartbeat.close();
      },
    },
  };
};

/** Lanes side by side, and not awaited: one that takes long, or can't be fed, keeps no other waiting. */
const feedLanes = async (opened: Opened, feeding: Map<number, Promise<unknown>>): Promise<void> => {
  for (const lane of await readWaitingLanes(opened.ledger)) {
    const { laneId } = lane;
    if (feeding.has(laneId)) continue;
    const fed = feedLane(lane, opened)
      .catch((fault) => opened.log.emit('lane.feed_failed', { laneId, ...describeFault(fault) }))
      .finally(() => feeding.delete(laneId));
    feeding.set(laneId, fed);
  }
};
