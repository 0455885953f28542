/** Task files as the guide has them, for the stage's account. */
import { account } from './account.js';

const messagesUrl = `https://api.twilio.com/2010-04-01/Accounts/${account.sid}/Messages.json`;

export interface TaskText {
  readonly name: string;
  /** Twilio's own address unless set. */
  readonly url?: string;
  readonly predicate?: string;
  readonly body?: string;
  /** Further settings, as lines of YAML. */
  readonly settings?: string;
}

export const everyone = 'SELECT uuid AS entity_pk, phone_number FROM public.users WHERE deleted_at IS NULL;';
const hello = 'From=+15005550006&To={{.phone_number}}&Body=Hello!';

/** The guide's SMS task, and so fast that no test waits for its sender: a long code sends one a second by default. */
export const smsTask = ({
  name,
  url = messagesUrl,
  predicate = everyone,
  body = hello,
  settings = '',
}: TaskText): string => `/*
name: ${name}
action:
  url: ${url}
  headers:
    Content-Type: application/x-www-form-urlencoded
    Authorization: Basic {{ secrets.twilio_basic }}
  body: ${body}
${/^rate:/m.test(settings) ? settings : `rate: 1000/s\n${settings}`}
*/
${predicate}
`;

/** The guide's table, with `count` people whose numbers come from a range reserved for fiction, and then some. */
export const createUsers = (count: number): string => `
  create table public.users (
    uuid uuid primary key default gen_random_uuid(),
    phone_number text not null,
    first_name text,
    deleted_at timestamptz
  );
  insert into public.users (phone_number, first_name)
  select ${numberOf('n')}, 'Ada' from generate_series(1, ${count}) n`;

/** SQL for the number of the person `n`. */
const numberOf = (n: string): string => `'+1555' || lpad((${n})::text, 7, '0')`;
