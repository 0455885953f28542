/**
 * Who must get what. Two tasks send the same text to the same people from different senders: everybody gets one of each.
 * Two more share even the sender: nothing at Twilio tells their messages apart, and everybody must get both.
 */
import { account } from '../support/account.js';
import { smsTask } from '../support/tasks.js';

interface ChaosTask {
  /** The table is called the same. */
  readonly name: string;
  readonly sender: string;
}

export const tasks: readonly ChaosTask[] = [
  { name: 'welcome', sender: '+15005550006' },
  { name: 'reminder', sender: '+15005550106' },
  { name: 'coupon', sender: '+15005550206' },
  { name: 'voucher', sender: '+15005550206' },
];

const patientSettings = `every: 1s
retries: 50
backoff: { first: 500ms, factor: 1.5, max: 5s, jitter: 0.2 }
timeout: 2s
rate: 50/s`;

interface TaskVariant {
  /** Instead of Twilio's own address: the product takes it for any host that knows an Idempotency-Key. */
  readonly url?: string;
  readonly settings?: string;
}

export const taskText = ({ name, sender }: ChaosTask, variant: TaskVariant = {}): string =>
  smsTask({
    name,
    predicate: `SELECT id AS entity_pk, phone_number FROM public.${name};`,
    body: `From=${sender}&To={{.phone_number}}&Body=Hello!`,
    settings: patientSettings,
    ...variant,
  });

export const messagesPath = `/2010-04-01/Accounts/${account.sid}/Messages.json`;

export const createTables = tasks
  .map(({ name }) => `create table public.${name} (id int primary key, phone_number text not null);`)
  .join('\n');

export const numberOf = (n: number): string => `+1555${String(n).padStart(7, '0')}`;

/** May be run twice. $1 and $2: the first and the last entity. */
export const insertEntities = (name: string): string => `
  insert into public.${name} (id, phone_number)
  select n, '+1555' || lpad(n::text, 7, '0') from generate_series($1::int, $2::int) n
  on conflict do nothing`;

/** Entities of each task; their sum is `entities`. */
export const share = (entities: number): Map<ChaosTask, number> =>
  new Map(
    tasks.map(
      (task, n) => [task, Math.floor(entities / tasks.length) + (n < entities % tasks.length ? 1 : 0)] as const,
    ),
  );
