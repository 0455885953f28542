/**
 * The worker: opens a consumer for each lane as lanes appear, and delivers their runs. As many workers as one likes; the
 * ledger lets each run be started by one of them only.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Config, requireStores } from '@quailrunner/config';
import { type Client, openClient } from '@quailrunner/delivery';
import { QuailError } from '@quailrunner/domain';
import {
  type DeliverDeps,
  deliverRun,
  openConcurrencyWatch,
  openContentFaults,
  openReceiptAddress,
  openStoppedTasks,
  openSuppressionWatch,
  openTaskCache,
  receiptObstacle,
} from '@quailrunner/engine';
import {
  type Attempts,
  type Ledger,
  migrateLedger,
  openAttempts,
  openLedger,
  registerWorker,
} from '@quailrunner/ledger';
import { openQueue, type Queue } from '@quailrunner/queue';
import { armCrashPoint, type Poller, startPoller } from '@quailrunner/runtime';
import { describeFault, type Log } from '@quailrunner/telemetry';
import { withOwnCodes } from '@quailrunner/twilio';
import { type LaneConsumers, openLaneConsumers } from './lane-consumers.js';

export interface WorkerApp {
  /** Takes no more jobs, finishes those in progress within the shutdown time-out, and ends. */
  close(): Promise<void>;
}

/** Jobs in progress bound the requests of a lane; many lanes may share a host, and none should wait for a connection. */
const connectionsPerHost = 1_000;

const pollMs = { lanes: 1_000, suppressions: 1_000, stoppedTasks: 1_000, concurrency: 1_000, progress: 10_000 };

/** Signs of life within the time after which we would be taken for lost. */
const heartbeats = 6;

interface Opened {
  readonly ledger: Ledger;
  readonly queue: Queue;
  readonly client: Client;
  readonly attempts: Attempts;
  readonly consumers: LaneConsumers;
  readonly pollers: readonly Poller[];
}

export const startWorker = async (config: Config, log: Log): Promise<WorkerApp> => {
  const { databaseUrl, redisUrl, encryptionKey } = requireStores(config);
  const ledger = openLedger({ databaseUrl, encryptionKey, applicationName: 'quailrunner worker' }, log);
  const names = await migrateLedger(ledger);
  if (names.length > 0) log.emit('ledger.migrated', { names });
  const workerId = randomUUID();
  const me = { workerId, host: hostname(), pid: process.pid };
  await registerWorker(ledger, me);
  const queue = openQueue({ redisUrl }, log);
  const client = openClient({ ...clientOptions(config), connections: connectionsPerHost });
  const reach = armCrashPoint(config.crashAt);
  const attempts = openAttempts(ledger, { workerId, reach });
  const suppressions = openSuppressionWatch(ledger);
  await suppressions.refresh();
  const stoppedTasks = openStoppedTasks(ledger);
  const concurrency = openConcurrencyWatch(ledger);
  const deps: DeliverDeps = {
    ledger,
    attempts,
    client,
    log,
    tasks: openTaskCache(ledger),
    secrets: config.secrets,
    codes: withOwnCodes(config.twilioCodes),
    suppressions,
    stoppedTasks,
    contentFaults: openContentFaults(),
    concurrency,
    lookUpAfterMs: config.lookUpAfterMs,
    // Well before anybody takes us for lost.
    leaveWithinMs: Math.min(10_000, config.workerLostAfterMs / 3),
    ...receiptsOf(config, encryptionKey, log),
    reach,
    random: Math.random,
    now: () => new Date(),
  };
  const consumers = openLaneConsumers(
    { concurrency: config.workerConcurrency, closeMs: config.shutdownTimeoutMs },
    { ledger, queue, log, deliver: (dispatch, permit) => deliverRun(dispatch, permit, deps) },
  );
  const pollers = [
    poll('lanes', pollMs.lanes, consumers.refresh, log),
    poll('suppressions', pollMs.suppressions, suppressions.refresh, log),
    poll('stopped tasks', pollMs.stoppedTasks, stoppedTasks.refresh, log),
    poll('concurrency', pollMs.concurrency, concurrency.flush, log),
    poll('heartbeat', config.workerLostAfterMs / heartbeats, () => registerWorker(ledger, me), log),
    poll('progress', pollMs.progress, consumers.watch, log),
  ];
  log.emit('app.started', {});
  return { close: () => close({ ledger, queue, client, attempts, consumers, pollers }) };
};

const receiptsOf = (config: Config, encryptionKey: Buffer, log: Log): Pick<DeliverDeps, 'receipts'> => {
  const { publicUrl, twilioBaseUrl, secrets } = config;
  if (publicUrl === undefined) return {};
  const reason = receiptObstacle({ publicUrl, twilioBaseUrl });
  if (reason === undefined) return { receipts: openReceiptAddress({ publicUrl, encryptionKey, secrets }) };
  log.emit('receipts.off', { reason });
  return {};
};

const clientOptions = ({ allowPrivateTargets, twilioBaseUrl }: Config) => ({ allowPrivateTargets, twilioBaseUrl });

const poll = (poller: string, everyMs: number, run: () => Promise<unknown>, log: Log): Poller =>
  startPoller({ everyMs, run, onFault: (fault) => log.emit('poll.failed', { poller, ...describeFault(fault) }) });

/**
 * Consumers first; the heartbeat goes on until nothing is in progress, so that nobody takes our runs for lost. Throws when
 * runs were still in progress at the deadline.
 */
const close = async ({ ledger, queue, client, attempts, consumers, pollers }: Opened): Promise<void> => {
  ledger.hurry();
  const left = await consumers.close();
  await client.close(0); // Answers that did not come by the deadline won't.
  await attempts.drain();
  await Promise.all([queue.close(), ...pollers.map((poller) => poller.close())]);
  await ledger.close();
  if (left > 0) throw runsLeft(left);
};

const runsLeft = (left: number): QuailError =>
  new QuailError('RUNS_LEFT', `${left} runs could not be finished within SHUTDOWN_TIMEOUT; schedulers settle them`);
