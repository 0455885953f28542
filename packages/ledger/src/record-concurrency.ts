/** How many requests Twilio says are under way at once, as the newest answers told it: for people who wonder about a 20429. */
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

const record = `
  update quailrunner.lanes l set concurrent_requests = c.requests
  from unnest($1::int[], $2::int[]) as c (id, requests)
  where l.id = c.id`;

/** By lane. */
export const recordConcurrency = async (ledger: Ledger, requests: ReadonlyMap<number, number>): Promise<void> => {
  if (requests.size === 0) return;
  await query(ledger, record, [[...requests.keys()], [...requests.values()]]);
};
