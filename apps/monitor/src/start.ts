/** The monitor: what people and load balancers see of us. Any number may run side by side; they share their sessions. */
import type { AddressInfo } from 'node:net';
import { type Config, findPrices, requireStores } from '@quailrunner/config';
import type { Prices, Reach } from '@quailrunner/domain';
import { migrateLedger, openLedger } from '@quailrunner/ledger';
import { openQueue } from '@quailrunner/queue';
import { armCrashPoint } from '@quailrunner/runtime';
import type { Log } from '@quailrunner/telemetry';
import { type CodeTable, isTwilioUrl, withOwnCodes } from '@quailrunner/twilio';
import { openDesk } from './console/desk.js';
import { addRoutes } from './routes.js';
import { openServer } from './server.js';
import { createFirstUser } from './sign-in/first-user.js';
import { openThrottle } from './sign-in/throttle.js';
import type { Stores } from './stores.js';

export interface MonitorOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** 32 bytes; session cookies are signed with a key derived from it. */
  readonly encryptionKey: Buffer;
  /** Of the first user, `admin`; generated when absent. */
  readonly adminPassword?: string;
  readonly apiToken?: string;
  /** Our address as browsers and Twilio see it. With it, receipts are taken. */
  readonly publicUrl?: string;
  /** Where requests to Twilio really go: the page of a sandbox, if it isn't Twilio's own address. */
  readonly twilioBaseUrl?: string;
  /** By name: a task's auth token is what a receipt is signed with. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** URLs of the databases that tasks read, by name. */
  readonly sources?: Readonly<Record<string, string>>;
  /** What `every` is where a task doesn't say; 10 s unless given. */
  readonly scanIntervalMs?: number;
  /** What segments cost. */
  readonly prices?: Prices;
  /** What Twilio's codes mean; ours unless given. */
  readonly codes?: CodeTable;
  /** Of one person or program at the API, in a minute; 600 unless given. */
  readonly apiRequestsPerMinute?: number;
}

export interface MonitorDeps extends Stores {
  readonly log: Log;
  /** For tests that crash it; absent otherwise. */
  readonly reach?: Reach;
}

export interface Monitor {
  readonly url: string;
  /** The generated password of `admin`, when this very call made that user: shown once, never logged. */
  readonly firstPassword?: string;
  close(): Promise<void>;
}

/** The ledger must be migrated. */
export const startMonitor = async (options: MonitorOptions, deps: MonitorDeps): Promise<Monitor> => {
  const hostNames = [options.host.toLowerCase()];
  if (options.publicUrl !== undefined) hostNames.push(new URL(options.publicUrl).hostname);
  const { publicUrl, twilioBaseUrl } = options;
  const sandboxUrl = twilioBaseUrl === undefined || isTwilioUrl(twilioBaseUrl) ? undefined : twilioBaseUrl;
  const app = await openServer({ publicUrl, sandboxUrl }, deps.log);
  const { reach = () => {} } = deps;
  const desk = openDesk(options);
  app.addHook('onClose', () => desk.close());
  await addRoutes(app, { ...options, hostNames }, { ...deps, reach, desk, throttle: openThrottle(Date.now) });
  try {
    await app.listen({ host: options.host, port: options.port });
    // Last, because a password that is made must reach somebody: nothing after it can fail.
    const firstPassword = await createFirstUser(options.adminPassword, deps);
    const url = urlOf(app.server.address() as AddressInfo);
    deps.log.emit('app.started', { url });
    return { url, ...(firstPassword === undefined ? {} : { firstPassword }), close: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
};

/** Opens the stores that the configuration names, and closes them with the monitor. */
export const startMonitorFrom = async (config: Config, log: Log): Promise<Monitor> => {
  const { databaseUrl, redisUrl, encryptionKey } = requireStores(config);
  const ledger = openLedger({ databaseUrl, encryptionKey, applicationName: 'quailrunner monitor' }, log);
  const queue = openQueue({ redisUrl }, log);
  const closeStores = async () => void (await Promise.all([queue.close(), ledger.close()]));
  try {
    const names = await migrateLedger(ledger);
    if (names.length > 0) log.emit('ledger.migrated', { names });
    const reach = armCrashPoint(config.crashAt);
    const codes = withOwnCodes(config.twilioCodes);
    const prices = findPrices();
    const monitor = await startMonitor(
      { ...config, ...config.monitor, encryptionKey, codes, ...(prices && { prices }) },
      { ledger, queue, log, reach },
    );
    const close = (): Promise<void> => {
      ledger.hurry(); // Requests in progress may wait for it.
      return monitor.close().finally(closeStores);
    };
    return { ...monitor, close };
  } catch (error) {
    await closeStores();
    throw error;
  }
};

/** An address that a browser on this machine can open. */
const urlOf = ({ address, family, port }: AddressInfo): string => {
  const anywhere = address === '0.0.0.0' || address === '::';
  const host = anywhere ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
};
