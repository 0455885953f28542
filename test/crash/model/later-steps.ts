/** What comes later: look-ups, Twilio's receipts, and a person. */
import type { Delivery } from '@quailrunner/domain';
import {
  pauseLane,
  readKnownSids,
  readUnknown,
  resolveRuns,
  resumeLane,
  retryRuns,
  setTaskState,
  settleUnknown,
  type UnknownRun,
  type UnknownSettlement,
} from '@quailrunner/ledger';
import { ann } from '../../support/index.js';
import type { Step } from './step.js';
import { type Look, type Message, nameOf, pick, runOf, settings, taskNames, type World } from './world.js';

/** First half of a look-up: reads which messages there are and which of them are known to be somebody's. */
export const look = (number: number): Step => ({
  name: `look ${number}`,
  can: ({ attempts }) => attempts.length > 0,
  run: async (world) => {
    const run = pick(await readUnknown(world.test.ledger, { limit: 10 }), number);
    if (run === undefined) return 'nothing to look up';
    const finding = world.rules.lookUp ? await find(world, run, number) : ({ kind: 'absent' } as const);
    const { runId, dispatch, attempts } = run;
    world.looks.add({ runId, dispatch, attempts, finding });
    return `a look finds ${nameOf(world, run)} ${finding.kind === 'found' ? `as ${finding.sid}` : finding.kind}`;
  },
});

/**
 * Any of the messages that fit may be the one that fits best. The product waits before a message counts as absent, until
 * no request of the run can be on its way: a look before that decides nothing.
 */
const find = async (world: World, run: UnknownRun, number: number): Promise<Look['finding']> => {
  const isLongGone = world.attempts.every(({ runId, request }) => runId !== run.runId || request === 'ended');
  const listed = world.messages.filter((message) => message.number === runOf(world, run).number);
  const sids = listed.map(({ sid }) => sid);
  const taken = await readKnownSids(world.test.ledger, sids, run);
  const sid = pick(
    sids.filter((listedSid) => !taken.has(listedSid)),
    number,
  );
  if (sid !== undefined) return { kind: 'found', sid };
  return { kind: isLongGone ? 'absent' : 'undecided' };
};

/** Second half, as resolve-unknown.ts does it, maybe long after the first. */
export const settleLook = (number: number): Step => ({
  name: `settle look ${number}`,
  can: ({ looks }) => looks.size > 0,
  run: async (world) => {
    const made = pick(world.looks, number);
    if (made === undefined) return 'nothing to settle';
    world.looks.delete(made);
    const settlement = settlementOf(made);
    const result = await settleUnknown(world.test.ledger, made, settlement);
    if (result === 'sid-taken') await settleUnknown(world.test.ledger, made, { state: 'unknown', dueInMs: 0 });
    return `the look for ${nameOf(world, made)} settles it as ${settlement.state}: ${result}`;
  },
});

const settlementOf = ({ finding, attempts }: Look): UnknownSettlement => {
  switch (finding.kind) {
    case 'found':
      return { state: 'completed', dueInMs: 0, verdict: 'accepted', sid: finding.sid, settledBy: 'look-up' };
    case 'absent': {
      const state = attempts > settings.retries ? 'failed' : 'retrying';
      return { state, dueInMs: 0, verdict: 'transient', settledBy: 'look-up' };
    }
    case 'undecided':
      return { state: 'unknown', dueInMs: 0 };
  }
};

/** In any order, again, and as late as it likes. */
export const receipt = (number: number, delivery: Delivery): Step => ({
  name: `receipt ${number}`,
  can: ({ messages }) => messages.length > 0,
  run: async (world) => {
    const message = pick(world.messages, number);
    if (message === undefined) return 'nothing to tell';
    await tell(world, message, delivery);
    return `a receipt tells ${message.sid} of ${nameOf(world, message)} ${delivery}`;
  },
});

export const tell = ({ receipts }: World, { sid, runId, dispatch }: Message, delivery: Delivery): Promise<void> =>
  receipts.record({ sid, runId, dispatch, delivery, status: delivery, wasSent: true });

/** A person sees at Twilio what became of a run, once it is over; twins they can't tell apart either. */
const isPlain = (world: World, { runId, number }: World['runs'][number]): boolean =>
  world.runs.every((run) => run.runId === runId || run.number !== number) &&
  world.attempts.every((attempt) => attempt.runId !== runId || attempt.request === 'ended');

export const resolve = (number: number): Step => ({
  name: `a person resolves ${number}`,
  can: (world) => world.runs.some((run) => isPlain(world, run)),
  run: async (world) => {
    const run = pick(
      world.runs.filter((known) => isPlain(world, known)),
      number,
    );
    if (run === undefined) return 'nothing to resolve';
    const wasSent = world.messages.some(({ runId }) => runId === run.runId);
    const resolved = await resolveRuns(world.test.ledger, [run.runId], { wasSent, by: ann });
    const said = `a person says that run ${run.entityPk} was ${wasSent ? '' : 'not '}sent`;
    return `${said}: ${resolved.length > 0 ? 'resolved' : 'not unknown'}`;
  },
});

/** Only of what was not sent. */
export const retry = (number: number): Step => ({
  name: `a person retries ${number}`,
  can: (world) => retryable(world).length > 0,
  run: async (world) => {
    const run = pick(retryable(world), number);
    if (run === undefined) return 'nothing to retry';
    const retried = await retryRuns(world.test.ledger, { runIds: [run.runId], by: ann });
    return `a person retries run ${run.entityPk}: ${retried > 0 ? 'done' : 'not failed'}`;
  },
});

const retryable = ({ runs, attempts, messages }: World): World['runs'] =>
  runs.filter(
    ({ runId }) =>
      messages.every((message) => message.runId !== runId) &&
      attempts.every((attempt) => attempt.runId !== runId || attempt.request === 'ended'),
  );

export const pauseOrResume = (isPaused: boolean): Step => ({
  name: isPaused ? 'pause the lane' : 'resume the lane',
  can: () => true,
  run: async ({ test, laneId }) => {
    await (isPaused ? pauseLane(test.ledger, laneId, ann) : resumeLane(test.ledger, laneId, ann));
    return `a person ${isPaused ? 'pauses' : 'resumes'} the lane`;
  },
});

export const pauseOrResumeTask = (number: number, isPaused: boolean): Step => ({
  name: `${isPaused ? 'pause' : 'resume'} task ${number}`,
  can: () => true,
  run: async ({ test }) => {
    const task = pick(taskNames, number) ?? '';
    await setTaskState(test.ledger, task, isPaused ? 'paused' : 'active', ann);
    return `a person ${isPaused ? 'pauses' : 'resumes'} the task ${task}`;
  },
});
