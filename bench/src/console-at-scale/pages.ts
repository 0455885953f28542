/** The monitor's pages and the lists of its API, asked for over HTTP by somebody who is signed in: one line each. */
import type { Ledger } from '@quailrunner/ledger';
import { startMonitor } from '@quailrunner/monitor';
import { openQueue } from '@quailrunner/queue';
import { silentLog } from '@quailrunner/telemetry';
import type { Filled } from './fill-ledger.js';
import { listLimitMs, type Read, searchLimitMs } from './measure.js';

interface Page {
  readonly path: string;
  /** 200 ms unless set. */
  readonly limitMs?: number;
}

/** A new page is a line here; `searchLimitMs` is for those that look for an entity. */
const pagesOf = ({ entities, runIds }: Filled): Page[] => {
  const [entity = '', run = ''] = [entities[0], runIds[0]];
  return [
    { path: '/' },
    { path: '/overview/part' },
    { path: '/overview/now' },
    { path: '/lanes' },
    { path: '/tasks' },
    { path: '/tasks/huge' },
    { path: '/tasks/huge/part' },
    { path: '/tasks/tiny' },
    { path: '/runs' },
    { path: `/runs?entity=${entity}`, limitMs: searchLimitMs },
    { path: '/runs?task=huge&state=failed' },
    { path: '/runs?state=canceled' },
    { path: '/runs?code=30003' },
    { path: '/runs?task=tiny&since=30d' },
    { path: `/runs/${run}` },
    { path: '/retries' },
    { path: '/audit' },
    { path: '/people' },
    { path: '/tokens' },
    { path: '/account' },
    { path: '/api/v1/stats' },
    { path: '/api/v1/stats/throughput' },
    { path: '/api/v1/tasks' },
    { path: '/api/v1/tasks/huge' },
    { path: '/api/v1/tasks/huge/failures' },
    { path: '/api/v1/lanes' },
    { path: '/api/v1/runs' },
    { path: `/api/v1/runs?entity=${entity}`, limitMs: searchLimitMs },
    { path: '/api/v1/runs?task=huge&state=failed' },
    { path: `/api/v1/runs/${run}` },
    { path: '/api/v1/scans' },
    { path: '/api/v1/retries' },
    { path: '/api/v1/suppressions' },
    { path: '/api/v1/audit' },
  ];
};

interface PagesOptions {
  readonly ledger: Ledger;
  readonly redisUrl: string;
  readonly encryptionKey: Buffer;
  readonly filled: Filled;
}

/** A monitor of its own. What answers with anything but 200 ends the benchmark. */
export const openPages = async (options: PagesOptions): Promise<{ reads: Read[]; close: () => Promise<void> }> => {
  const { ledger, redisUrl, encryptionKey, filled } = options;
  const queue = openQueue({ redisUrl }, silentLog);
  const password = 'correct horse battery staple';
  const monitor = await startMonitor(
    { host: '127.0.0.1', port: 0, encryptionKey, adminPassword: password },
    { ledger, queue, log: silentLog },
  );
  const close = async (): Promise<void> => {
    await monitor.close();
    await queue.close();
  };
  const cookie = await signIn(monitor.url, password);
  const reads = pagesOf(filled).map(
    ({ path, limitMs = listLimitMs }): Read => ({
      name: path,
      limitMs,
      ask: async () => {
        const answer = await fetch(`${monitor.url}${path}`, { headers: { cookie }, redirect: 'manual' });
        await answer.arrayBuffer();
        if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
      },
    }),
  );
  return { reads, close };
};

/** The cookie of a session, as a browser's form gets it. */
const signIn = async (url: string, password: string): Promise<string> => {
  const body = new URLSearchParams({ name: 'admin', password });
  const answer = await fetch(`${url}/sign-in`, { method: 'POST', body, redirect: 'manual' });
  const [cookie = ''] = answer.headers.getSetCookie();
  if (answer.status !== 303) throw new Error(`signing in answered ${answer.status}`);
  return cookie.split(';', 1)[0] ?? '';
};
