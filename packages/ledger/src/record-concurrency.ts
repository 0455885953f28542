/** How many requests Twilio says are under way at once, as the newest answers told it: for people who wonder about a 20429. */
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

// Concurrency: in order, as everybody locks lanes.
const record = `
  with locked as (
    select l.id, c.requests
    from quailrunner.lanes l
    join unnest($1::int[], $2::int[]) as c (id, requests) on c.id = l.id
    order by l.id
    for no key update of l
  )
  update quailrunner.lanes l set concurrent_requests = locked.requests from locked where l.id = locked.id`;

/** By lane. */
export const recordConcurrency = async (ledger: Ledger, requests: ReadonlyMap<number, number>): Promise<void> => {
  if (requests.size === 0) return;
  await query(ledger, record, [[...requests.keys()], [...requests.values()]]);
};
