/** Alerts, on their way to a person: taken by one scheduler at a time, and again later unless they were sent. */
import type { LaneKey } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query, withoutNulls } from './query.js';

interface Told {
  readonly alertId: string;
  readonly reason: string;
  readonly createdAt: Date;
}

export type Alert = Told &
  (
    | {
        readonly kind: 'lane.held';
        readonly laneId: number;
        /** May hold a phone number. */
        readonly key: LaneKey;
      }
    | { readonly kind: 'task.held'; readonly task: string }
  );

// Promise: an alert that was taken by a process which died is taken again; half a minute later, then a minute, two, up to an
// hour. After a day it is no news any more. Concurrency: another scheduler takes others.
const take = `
  with taken as (
    update quailrunner.alerts
    set tries = tries + 1,
      due_at = case
        when created_at > now() - interval '1 day'
        then now() + least(interval '1 hour', interval '30 s' * power(2, least(tries, 10)))
      end
    where id in (
      select id from quailrunner.alerts where due_at <= now() order by id limit $1 for update skip locked
    )
    returning *
  )
  select a.id as "alertId", a.kind, a.reason, a.created_at as "createdAt", l.id as "laneId", l.key, t.name as task
  from taken a
  left join quailrunner.lanes l on l.id = a.lane_id
  left join quailrunner.tasks t on t.id = a.task_id
  where a.due_at is not null
  order by a.id`;

const end = `update quailrunner.alerts set sent_at = now(), due_at = null where id = $1`;

export const takeDueAlerts = async (ledger: Ledger, limit: number): Promise<Alert[]> =>
  (await query<Alert>(ledger, take, [limit])).map(withoutNulls);

export const recordAlertSent = async (ledger: Ledger, alertId: string): Promise<void> =>
  void (await query(ledger, end, [alertId]));
