/** A run as its page tells it: what it is now, its story from the claim on, its request, and what may be done about it. */
import { finalStates, formatColumnValue, maskEntityPk } from '@quailrunner/domain';
import type { RenderedSample } from '@quailrunner/engine';
import type { RunStory } from '@quailrunner/ledger';
import { taskPath } from './present-runs.js';
import { cancel, resolve, retry } from './run-acts.js';
import { sayWhy } from './say-why.js';
import { type RunContext, tellStory } from './tell-story.js';
import { formatCount, toMoment } from './words.js';

export const presentRun = (run: RunStory, context: RunContext) => {
  const { codes, now, lane } = context;
  const isTest = run.task.endsWith('~test');
  return {
    id: run.runId,
    path: `/runs/${run.runId}`,
    task: isTest ? run.task.replace(/~test$/, '') : run.task,
    taskHref: taskPath(run.task),
    isTest,
    entity: maskEntityPk(run.entityPk),
    state: run.state,
    delivery: run.delivery,
    why: sayWhy(run.code, run.reason, codes),
    undelivered: run.delivery === 'undelivered' ? sayWhy(run.deliveryCode, undefined, codes) : [],
    lane: { name: lane, href: `/runs?lane=${run.laneId}` },
    attempts: formatCount(run.attempts),
    claimed: toMoment(run.claimedAt, now),
    isLive: isLive(run, now),
    may: { retry: retry.may(run.state), cancel: cancel.may(run.state), resolve: resolve(true).may(run.state) },
    events: tellStory(run, context),
    requests: [...context.requests].map(([revision, rendered]) => ({ revision, ...outlineOf(rendered) })),
    columns: Object.keys(run.columns),
  };
};

/** Twilio's word on a message that it took comes within minutes, as a rule. */
const receiptsWithinMs = 60 * 60_000;

/** Whether there may soon be something new to see. */
const isLive = ({ state, delivery, finishedAt }: RunStory, now: Date): boolean => {
  if (!finalStates.includes(state)) return true;
  const isDelivered = delivery === 'delivered' || delivery === 'undelivered';
  return state === 'completed' && !isDelivered && now.getTime() - (finishedAt?.getTime() ?? 0) < receiptsWithinMs;
};

const outlineOf = (rendered: RenderedSample) => {
  if (rendered.kind === 'fault') return { fault: rendered };
  const { url, headers, bodyBytes, message } = rendered.outline;
  return { url, headers, body: message === undefined ? `${formatCount(bodyBytes)} bytes` : undefined, message };
};

/** The whole request and row, for whoever asked to see them and is written down for it. */
export const presentRevealed = (run: RunStory, requests: RunContext['requests']) => ({
  entity: run.entityPk,
  columns: Object.entries(run.columns).map(([name, value]) => ({
    name,
    value: formatColumnValue(value),
  })),
  requests: [...requests].map(([revision, rendered]) =>
    rendered.kind === 'fault' ? { revision, fault: rendered } : { revision, ...rendered.sample },
  ),
});
