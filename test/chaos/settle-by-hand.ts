/**
 * The person at the console, who has Twilio's log beside it: a run whose message is there was sent, any other was not.
 * Which of two runs with the same sender, person and text a message belongs to nobody can tell, and nobody minds.
 */
import type { House } from './house.js';
import { keyOf, readMessages } from './messages.js';
import { tasks } from './tasks.js';

export interface Person {
  /** Settles all runs that are unknown now. Gives how many. */
  settle(): Promise<number>;
}

interface UnknownRun {
  readonly id: string;
  readonly task: string;
  readonly to: string;
}

/** Short enough for any command line. */
const runsAtOnce = 200;

export const openPerson = (house: House): Person => {
  const givenAway = new Set<string>();
  return {
    settle: async () => {
      const [runs, free] = await Promise.all([readUnknown(house), readFree(house, givenAway)]);
      const words: Record<'sent' | 'not-sent', string[]> = { sent: [], 'not-sent': [] };
      for (const { id, task, to } of runs) {
        const sid = free.get(keyOf({ from: senderOf(task), to }))?.pop();
        if (sid !== undefined) givenAway.add(sid);
        words[sid === undefined ? 'not-sent' : 'sent'].push(id);
      }
      for (const [word, ids] of Object.entries(words)) {
        for (let from = 0; from < ids.length; from += runsAtOnce) {
          await house.quail('runs', 'resolve', ...ids.slice(from, from + runsAtOnce), word);
        }
      }
      return runs.length;
    },
  };
};

const senderOf = (name: string): string => tasks.find((task) => task.name === name)?.sender ?? '';

const readUnknown = ({ postgres }: House): Promise<UnknownRun[]> =>
  postgres.ask(
    'ledger',
    `select r.id::text, t.name as task, r.columns->>'phone_number' as "to"
     from quailrunner.runs r join quailrunner.tasks t on t.id = r.task_id
     where r.state = 'unknown' order by r.id`,
  );

/** Messages of which no answer and no receipt tells whose they are, by sender and person. */
const readFree = async (house: House, givenAway: ReadonlySet<string>): Promise<Map<string, string[]>> => {
  const known = await house.postgres.ask<{ sid: string }>(
    'ledger',
    'select sid from quailrunner.attempts where sid is not null union select sid from quailrunner.receipts',
  );
  const taken = new Set([...known.map(({ sid }) => sid), ...givenAway]);
  const free = new Map<string, string[]>();
  for (const message of await readMessages(house)) {
    if (taken.has(message.sid)) continue;
    free.set(keyOf(message), [...(free.get(keyOf(message)) ?? []), message.sid]);
  }
  return free;
};
