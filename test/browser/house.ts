/** A whole house behind a browser: the stage's stores and sandbox, the product's real processes, and people who sign in. */
import { openLedger } from '@quailrunner/ledger';
import { findFreePort } from '../support/free-port.js';
import { openStage } from '../support/stage.js';
import { createUsers } from '../support/tasks.js';
import { waitUntil } from '../support/wait-until.js';
import { addPeople, password } from './people.js';

export type House = Awaited<ReturnType<typeof openHouse>>;

/** `people`: rows in the source's table. */
export const openHouse = async ({ people }: { readonly people: number }) => {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const stage = await openStage({
    MONITOR_PORT: String(port),
    PUBLIC_URL: url,
    QUAIL_ADMIN_PASSWORD: password,
    SCAN_INTERVAL: '1s',
  });
  const { DATABASE_URL, QUAIL_ENCRYPTION_KEY } = stage.env;
  try {
    await stage.source.query(createUsers(people));
    for (const app of ['monitor', 'scheduler', 'worker']) stage.start([app]);
    await waitUntil(() => isReady(url), { what: 'the monitor', timeoutMs: 30_000 });
    const encryptionKey = Buffer.from(QUAIL_ENCRYPTION_KEY, 'hex');
    const ledger = openLedger({ databaseUrl: DATABASE_URL, encryptionKey, applicationName: 'browser test' });
    await addPeople(ledger).finally(() => ledger.close());
  } catch (error) {
    await stage.close();
    throw error;
  }
  return {
    ...stage,
    url,
    /** So many more rows in the source's table, with numbers that nobody has. */
    join: async (more: number): Promise<void> => {
      const numbers = `'+1556' || lpad(n::text, 7, '0')`;
      await stage.source.query(
        `insert into public.users (phone_number, first_name) select ${numbers}, 'Eve' from generate_series(1, ${more}) n`,
      );
    },
  };
};

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
