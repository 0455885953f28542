/** What must hold after every step, and what must hold once everybody has had time to finish. */
import { type Delivery, deliveries, finalStates, isAllowedMove, type RunState } from '@quailrunner/domain';
import { runOf, type World } from './world.js';

interface Seen {
  readonly runs: readonly { readonly id: string; readonly state: RunState }[];
  readonly sids: readonly { readonly run_id: string; readonly sid: string }[];
  readonly moves: readonly Move[];
}

interface Move {
  readonly run_id: string;
  readonly from_state: RunState;
  readonly to_state: RunState;
  readonly from_delivery: Delivery | null;
  readonly to_delivery: Delivery | null;
}

const rowsOf = (select: string): string => `(select coalesce(json_agg(x), '[]') from (${select}) x)`;

const see = `
  with moves as (delete from public.moves returning *)
  select
    ${rowsOf('select id::text, state from quailrunner.runs order by id')} as runs,
    ${rowsOf('select run_id::text, sid from quailrunner.attempts where sid is not null')} as sids,
    ${rowsOf('select *, run_id::text from moves order by id')} as moves`;

/** Throws what is wrong, with all that happened before. */
export const checkWorld = async (world: World, { isOver = false } = {}): Promise<void> => {
  const [seen] = await world.test.ask<Seen & { [name: string]: unknown }>(see);
  if (seen === undefined) throw new Error('unreachable: one row');
  const wrong = [
    ...seen.moves.flatMap(checkMove),
    ...seen.sids.flatMap((row) => checkSid(world, row)),
    ...numbersOf(world).flatMap((number) => checkNumber(world, seen, number)),
    ...(isOver ? checkEnd(world, seen) : []),
  ];
  if (wrong.length === 0) return;
  const states = seen.runs.map(({ id, state }) => `run ${runOf(world, { runId: id }).entityPk} is ${state}`);
  throw new Error([...wrong, '', ...world.history, '', ...states].join('\n'));
};

const checkMove = ({ from_state, to_state, from_delivery, to_delivery }: Move): string[] => {
  if (from_state !== to_state && !isAllowedMove(from_state, to_state)) return [`moved ${from_state} → ${to_state}`];
  if (from_delivery === to_delivery) return [];
  if (rankOf(to_delivery) > rankOf(from_delivery)) return [];
  return [`delivery went from ${from_delivery} to ${to_delivery}`];
};

const checkSid = (world: World, { run_id: runId, sid }: Seen['sids'][number]): string[] => {
  const message = world.messages.find((known) => known.sid === sid);
  if (message?.number === runOf(world, { runId }).number) return [];
  return [`an attempt of run ${runOf(world, { runId }).entityPk} has ${sid}, which is not its message`];
};

const rankOf = (delivery: Delivery | null): number => (delivery === null ? -1 : deliveries.indexOf(delivery));

const numbersOf = ({ runs }: World): string[] => [...new Set(runs.map(({ number }) => number))];

/** Twins share what is sent to their number: which of their messages is whose, nobody can see. */
const countsOf = (world: World, seen: Seen, number: string) => {
  const twins = new Set(world.runs.filter((run) => run.number === number).map(({ runId }) => runId));
  const completed = seen.runs.filter(({ id, state }) => twins.has(id) && state === 'completed').length;
  return { runs: twins.size, completed, messages: world.messages.filter((sent) => sent.number === number).length };
};

const checkNumber = (world: World, seen: Seen, number: string): string[] => {
  const { runs, completed, messages } = countsOf(world, seen, number);
  if (messages > runs) return [`${number} got ${messages} messages of ${runs} runs`];
  return runs === 1 && completed > messages ? [`a run to ${number} is completed, and nothing was sent`] : [];
};

const checkEnd = (world: World, seen: Seen): string[] => [
  ...seen.runs.filter(({ state }) => !finalStates.includes(state)).map(({ state }) => `a run ends as ${state}`),
  ...numbersOf(world).flatMap((number) => {
    const { completed, messages } = countsOf(world, seen, number);
    return completed === messages
      ? []
      : [`${number} got ${messages} messages, and ${completed} of its runs are completed`];
  }),
];
