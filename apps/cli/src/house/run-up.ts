/**
 * `quail up`: stores, scheduler, workers and monitor as one process tree. What crashes is started again; what can't be
 * started at all ends it. Ctrl-C stops everything in order, and nothing outlives us.
 */
import { type Config, loadEncryptionKey, readConfig, requireStores } from '@quailrunner/config';
import { formatDuration } from '@quailrunner/domain';
import type { CliContext } from '../context.js';
import { publishRunning } from '../running.js';
import type { ChildSpec } from '../supervisor/child.js';
import { findPort } from '../supervisor/find-port.js';
import { type Fleet, openFleet } from '../supervisor/fleet.js';
import { untilStopped } from '../supervisor/until-stopped.js';
import { launchMonitor } from './launch-monitor.js';
import { type HouseStores, openStores } from './open-stores.js';
import { quailProcess } from './quail-process.js';

export interface UpOptions {
  readonly workers: number;
  readonly withSandbox: boolean;
}

/** Longer than an app's own deadline: who holds to that one is not killed. */
export const stopLimitMs = (config: Config): number => config.shutdownTimeoutMs + 5_000;

export const runUp = async (options: UpOptions, context: CliContext): Promise<void> => {
  const { terminal, env } = context;
  const config = readConfig(env);
  const fleet = openFleet({
    stopLimitMs: stopLimitMs(config),
    onRestart: ({ name, ending, waitMs }) => {
      terminal.tell(`${name} has ended (${ending}); starting it again in ${formatDuration(waitMs)}`);
    },
  });
  await untilStopped({ fleet, terminal }, async ({ onClose }) => {
    const stores = await openStores({ ...config, onProgress: terminal.tell });
    onClose(stores.close);
    const from = stores.embedded.length > 0 ? ` (${stores.embedded.join(' and ')} in ${config.dataDir})` : '';
    terminal.tell(`Starting${from} …`);
    if (Object.keys(config.sources).length === 0) terminal.tell(noSource);
    const sandboxPort = options.withSandbox ? await findPort(sandboxWish) : undefined;
    const shared = await shareHouse({ stores, sandboxPort }, config);
    onClose((await publishRunning(config.dataDir, { ...sourcesOf(env), ...shared })).close);
    await launchApps({ ...options, config, shared, sandboxPort }, fleet, context);
    await fleet.broken;
  });
};

const noSource = 'No source is set yet: name the database that tasks read in SOURCE_DATABASE_URL.';
const sandboxWish = { host: '127.0.0.1', port: 3_001, isExplicit: false };

/** What every process of this house needs to know, and whoever joins it. */
const shareHouse = async (
  { stores, sandboxPort }: { stores: HouseStores; sandboxPort: number | undefined },
  config: Config,
): Promise<Record<string, string>> => {
  const ownKey = stores.embedded.includes('PostgreSQL') ? await loadEncryptionKey(config.dataDir) : undefined;
  const { databaseUrl, redisUrl, encryptionKey } = requireStores({
    ...config,
    databaseUrl: await stores.databaseUrl('quailrunner'),
    redisUrl: stores.redisUrl,
    ...(config.encryptionKey === undefined && ownKey !== undefined ? { encryptionKey: ownKey } : {}),
  });
  return {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    QUAIL_ENCRYPTION_KEY: encryptionKey.toString('base64'),
    ...(sandboxPort === undefined ? {} : { QUAIL_TWILIO_BASE_URL: `http://${sandboxWish.host}:${sandboxPort}` }),
  };
};

/** A task that is applied from another terminal is checked against the same sources. */
const sourcesOf = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, url]) =>
      /^SOURCE_(?:\w+_)?DATABASE_URL$/.test(name) && url !== undefined ? [[name, url] as const] : [],
    ),
  );

interface House extends UpOptions {
  readonly config: Config;
  readonly shared: Readonly<Record<string, string>>;
  readonly sandboxPort: number | undefined;
}

const launchApps = async (house: House, fleet: Fleet, { terminal, env }: CliContext): Promise<void> => {
  const { workers, config, shared, sandboxPort } = house;
  const logFormat = config.log.format ?? terminal.logFormat;
  const shape = (name: string, args: string[], more: Record<string, string> = {}): ChildSpec =>
    quailProcess(name, args, {
      env: { ...env, LOG_FORMAT: logFormat, ...shared, ...more },
      output: (line) => terminal.tell(`${terminal.paintError('cyan', name.padEnd(9))} ${line}`),
    });
  const wish = { ...config.monitor, isExplicit: (env.MONITOR_PORT ?? '') !== '' };
  const port = await findPort(wish);
  const names = Array.from({ length: workers }, (_, n) => (workers === 1 ? 'worker' : `worker ${n + 1}`));
  if (sandboxPort !== undefined) await fleet.launch([shape('sandbox', ['sandbox', '--port', `${sandboxPort}`])]);
  const [monitor] = await Promise.all([
    launchMonitor(fleet, { wish, port }, (free) => shape('monitor', ['monitor'], { MONITOR_PORT: String(free) })),
    fleet.launch([shape('scheduler', ['scheduler']), ...names.map((name) => shape(name, ['worker']))]),
  ]);
  terminal.print(`Monitor  ${monitor.url}`);
  if (monitor.firstPassword !== undefined) terminal.print(`         admin, ${monitor.firstPassword} (shown this once)`);
  if (sandboxPort !== undefined) terminal.print(`Sandbox  ${shared.QUAIL_TWILIO_BASE_URL}`);
  terminal.print('Everything runs until you press Ctrl-C.');
};
