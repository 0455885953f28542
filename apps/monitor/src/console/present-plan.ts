/** A plan as its page shows it: what would happen, to how many, when and for how much; then some messages in full. */
import { formatDuration, formatProblem, runStates } from '@quailrunner/domain';
import type { LanePlan, TaskPlan } from '@quailrunner/engine';
import { formatCount, formatRate } from './words.js';

export const presentPlan = (plan: TaskPlan) => {
  const { entities, messages } = plan;
  return {
    change: changeOf(plan),
    matched: formatCount(entities.matched),
    sent: formatCount(entities.sent),
    sends: entities.sent > 0,
    suppressed: entities.suppressed === 0 ? undefined : formatCount(entities.suppressed),
    again: entities.again === 0 ? undefined : formatCount(entities.again),
    known: runStates.flatMap((state) => {
      const count = entities.known[state];
      return count === undefined ? [] : [{ state, count: formatCount(count) }];
    }),
    bad: entities.bad.map(({ reason, count, entityPk }) => ({ reason, count: formatCount(count), entityPk })),
    messages: Object.keys(messages.countries).length === 0 ? undefined : presentMessages(plan),
    lanes: plan.lanes.slice(0, mostLanes).map(presentLanePlan),
    moreLanes: Math.max(0, plan.lanes.length - mostLanes),
    query: `${formatCount(plan.predicate.rows)} rows expected, cost ${formatCount(Math.round(plan.predicate.cost))}`,
    warnings: warningsOf(plan),
    samples: plan.samples.map(({ url, headers, body, phone }) => ({
      wire: [`POST ${url}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', body].join(
        '\n',
      ),
      phone,
    })),
  };
};

const mostLanes = 20;

const byCount = (counts: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(counts).toSorted(([, one], [, other]) => other - one);

const changeOf = ({ change, changed }: TaskPlan): string => {
  if (change === 'new') return 'New: it is not saved yet.';
  return change === 'unchanged' ? 'As it is saved.' : `Changes ${changed.join(', ')}.`;
};

const presentMessages = ({ messages, entities }: TaskPlan) => ({
  segments: formatCount(messages.segments),
  each: entities.sent === 0 ? undefined : (messages.segments / entities.sent).toFixed(2),
  ucs2: messages.ucs2 === 0 ? undefined : formatCount(messages.ucs2),
  signs: messages.signs.join(' '),
  to: byCount(messages.countries)
    .slice(0, 8)
    .map(([country, count]) => `${country === '' ? 'other channels' : country} ${formatCount(count)}`),
  duplicates: messages.duplicates === 0 ? undefined : formatCount(messages.duplicates),
  cost: costOf(messages.cost),
});

const costOf = (cost: TaskPlan['messages']['cost']): string => {
  if (cost === undefined) return 'unknown: the monitor has no prices.yaml';
  const total = cost.total.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 4 });
  const unknown = cost.unpriced === 0 ? '' : `, and unknown for ${formatCount(cost.unpriced)} without a price`;
  return `${total} ${cost.currency}${unknown}`;
};

const presentLanePlan = ({ lane, messages, segments, ratePerSecond, backlog, state, reason, seconds }: LanePlan) => ({
  lane,
  messages: formatCount(messages),
  segments: formatCount(segments),
  rate: ratePerSecond === undefined ? 'no limit' : formatRate(ratePerSecond),
  backlog: formatCount(backlog),
  lasts: seconds === undefined ? undefined : formatDuration(seconds * 1_000),
  stopped: state === 'open' ? undefined : `${state}${reason === undefined ? '' : `: ${reason}`}`,
});

const warningsOf = ({ warnings, predicate, messages: { smart } }: TaskPlan): string[] => [
  ...warnings.map(formatProblem),
  ...predicate.wholeReads.map(
    ({ table, rowsInTable, rowsWanted }) =>
      `The predicate reads all of ${table}, about ${formatCount(rowsInTable)} rows, for ${formatCount(rowsWanted)} of them, each time it is asked: an index would help.`,
  ),
  ...(smart.shorter === 0
    ? []
    : [
        `SmartEncoded=true in the body would make ${formatCount(smart.shorter)} of ${formatCount(smart.looked)} messages shorter that are not in GSM-7.`,
      ]),
];
