/** The demo's processes: sandbox, monitor, scheduler and two workers, each with a log of its own. */
import { randomBytes } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { launchMonitor, type MonitorBerth } from '../house/launch-monitor.js';
import { quailProcess } from '../house/quail-process.js';
import type { ChildSpec } from '../supervisor/child.js';
import type { Fleet } from '../supervisor/fleet.js';

/** The account of the demo's tasks. */
const accountSid = 'AC00000000000000000000000000000001';

/** Credentials for one demo, known to its sandbox and its workers only. */
export const makeTwilioBasic = (): string =>
  Buffer.from(`${accountSid}:${randomBytes(16).toString('hex')}`).toString('base64');

/** Our own settings do not reach the demo's processes: no source, no secret and no address of the real thing. */
const isOurSetting = /^(QUAIL_(?!ADMIN_PASSWORD$)|SOURCE_|MONITOR_|DATABASE_URL$|REDIS_URL$|PUBLIC_URL$)/;

export const withoutOurSettings = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !isOurSetting.test(name)));

export interface DemoHouse {
  readonly sandboxUrl: string;
  readonly monitorUrl: string;
  /** Of the user `admin`; absent when a person set it. */
  readonly adminPassword?: string;
  /** The environment of its scheduler and workers. */
  readonly env: NodeJS.ProcessEnv;
  readonly logDir: string;
}

export interface DemoHouseOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly monitor: MonitorBerth;
  readonly dataDir: string;
}

/** Starts them and waits until all are up. `onSandbox` is called as soon as it is known where messages will go. */
export const launchDemoHouse = async (
  { env, monitor, dataDir }: DemoHouseOptions,
  fleet: Fleet,
  onSandbox: (url: string) => Promise<void>,
): Promise<DemoHouse> => {
  const logDir = join(dataDir, 'logs');
  const logs = await openLogs(logDir);
  const shape = (name: App, args: string[], more: Record<string, string> = {}): ChildSpec =>
    quailProcess(name, args, { env: { ...env, LOG_FORMAT: 'json', ...more }, ...logs.of(name) });
  try {
    // First: the monitor's pages link to its phones.
    const [sandbox] = await fleet.launch([shape('sandbox', ['sandbox', '--port', '0'])]);
    const sandboxUrl = sandbox?.url ?? '';
    const base = { QUAIL_TWILIO_BASE_URL: sandboxUrl };
    await onSandbox(sandboxUrl);
    const { host } = monitor.wish;
    const monitorReady = launchMonitor(fleet, monitor, (port) =>
      shape('monitor', ['monitor'], {
        ...base,
        MONITOR_HOST: host,
        MONITOR_PORT: String(port),
        PUBLIC_URL: `http://${reachable(host)}:${port}`,
      }),
    );
    monitorReady.catch(() => {}); // Heard of below.
    const schedulerReady = fleet.launch([shape('scheduler', ['scheduler'], base)]);
    schedulerReady.catch(() => {}); // Heard of below.
    // Workers tell the sandbox where the monitor takes receipts.
    const { url: monitorUrl = '', firstPassword } = await monitorReady;
    const withReceipts = { ...base, PUBLIC_URL: monitorUrl };
    await Promise.all([
      schedulerReady,
      fleet.launch(['worker 1', 'worker 2'].map((name) => shape(name as App, ['worker'], withReceipts))),
    ]);
    const signIn = firstPassword === undefined ? {} : { adminPassword: firstPassword };
    return { sandboxUrl, monitorUrl, ...signIn, env: { ...env, ...base }, logDir };
  } finally {
    await logs.close();
  }
};

/** As the monitor itself tells its address. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return isIPv6(host) ? `[${host}]` : host;
};

const apps = ['sandbox', 'monitor', 'scheduler', 'worker 1', 'worker 2'] as const;
type App = (typeof apps)[number];

/** The children keep the files open; we need not. */
const openLogs = async (logDir: string) => {
  await mkdir(logDir, { recursive: true });
  const paths = apps.map((app) => join(logDir, `${app.replace(' ', '-')}.log`));
  const files = await Promise.all(paths.map((path) => open(path, 'w', 0o600)));
  return {
    of: (app: App): Pick<ChildSpec, 'output' | 'logPath'> => {
      const index = apps.indexOf(app);
      return { output: files[index]?.fd ?? 2, logPath: paths[index] ?? '' };
    },
    close: async () => void (await Promise.all(files.map((file) => file.close()))),
  };
};
