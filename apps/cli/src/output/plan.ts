/** A plan as a person reads it: what would happen, to how many, when and for how much; then some messages in full. */
import { formatDuration, formatProblem, type RunState, runStates } from '@quailrunner/domain';
import type { LanePlan, Sample, TaskPlan } from '@quailrunner/engine';
import { showControls } from './controls.js';
import { formatRate } from './rate.js';
import { formatCount, formatNumberOf } from './table.js';
import type { Painter } from './terminal.js';

export const formatPlan = (plan: TaskPlan, paint: Painter): string => {
  const lines: [string, string][] = [
    ['task', changeOf(plan)],
    ['matches', formatCount(plan.entities.matched)],
    ...knownLines(plan),
    ['to send', paint('green', formatNumberOf(plan.entities.sent, 'message'))],
    ...againLines(plan, paint),
    ...badLines(plan, paint),
    ...messageLines(plan),
    ...plan.lanes.slice(0, mostLanes).map((lane): [string, string] => ['lane', formatLane(lane)]),
    ...(plan.lanes.length > mostLanes
      ? [['', `and ${plan.lanes.length - mostLanes} more lanes`] as [string, string]]
      : []),
    [
      'query',
      `${formatNumberOf(plan.predicate.rows, 'row')} expected, cost ${formatCount(Math.round(plan.predicate.cost))}`,
    ],
  ];
  const width = Math.max(...lines.map(([title]) => title.length));
  return [
    paint('bold', plan.task),
    ...lines.map(([title, text]) => `${title.padEnd(width)}  ${text}`),
    ...warningsOf(plan).map((warning) => `\n${paint('yellow', 'warning')}  ${warning}`),
    ...plan.samples.map((sample, n) => `\n${paint('dim', `sample ${n + 1}`)}\n${formatSample(sample)}`),
    '\nNothing was written, and nothing was sent.',
  ].join('\n');
};

const mostLanes = 5;

const changeOf = ({ change, changed }: TaskPlan): string => {
  if (change === 'new') return 'new: it is not applied yet';
  return change === 'unchanged' ? 'as it is applied' : `changes ${changed.join(', ')}`;
};

const knownLines = ({ entities: { known } }: TaskPlan): [string, string][] => {
  const states = runStates.filter((state: RunState) => known[state] !== undefined);
  if (states.length === 0) return [];
  return [['known', states.map((state) => `${formatCount(known[state] ?? 0)} ${state}`).join(', ')]];
};

const againLines = ({ entities: { again } }: TaskPlan, paint: Painter): [string, string][] =>
  again === 0
    ? []
    : [['again', paint('yellow', `${formatCount(again)} of them got an older message before (onChange: resend)`)]];

const badLines = ({ entities: { bad, suppressed } }: TaskPlan, paint: Painter): [string, string][] => [
  ...(suppressed > 0 ? [['opted out', `${formatCount(suppressed)}, skipped`] as [string, string]] : []),
  ...bad.map(({ reason, count, entityPk }): [string, string] => [
    'fails',
    `${paint('red', `${formatCount(count)}: ${showControls(reason)}`)} (${count === 1 ? 'the entity' : 'such as the entity'} ${entityPk})`,
  ]),
];

const messageLines = ({ messages, entities }: TaskPlan): [string, string][] => {
  if (Object.keys(messages.countries).length === 0) return [];
  const { segments, ucs2, signs, countries, duplicates, cost } = messages;
  const encoding = ucs2 === 0 ? '' : `; ${formatCount(ucs2)} not in GSM-7, because of ${showControls(signs.join(' '))}`;
  const to = Object.entries(countries)
    .toSorted(([, one], [, other]) => other - one)
    .map(([country, count]) => `${country === '' ? 'other channels' : country} ${formatCount(count)}`);
  const each = entities.sent === 0 ? '' : `, ${(segments / entities.sent).toFixed(2)} a message`;
  return [
    ['segments', `${formatCount(segments)}${each}${encoding}`],
    ['to', to.slice(0, 8).join(', ')],
    ...(duplicates > 0
      ? [
          ['twice', `${formatNumberOf(duplicates, 'message')} would go to a number that gets one already`] as [
            string,
            string,
          ],
        ]
      : []),
    ['cost', cost === undefined ? 'unknown: there is no price table (--prices)' : formatCost(cost)],
  ];
};

const formatCost = ({ currency, total, unpriced }: NonNullable<TaskPlan['messages']['cost']>): string => {
  const known = `${total.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 4 })} ${currency}`;
  return unpriced === 0
    ? known
    : `${known}, and unknown for ${formatNumberOf(unpriced, 'message')}: no price for their numbers`;
};

const formatLane = ({ lane, messages, segments, ratePerSecond, backlog, state, reason, seconds }: LanePlan): string => {
  const behind = backlog === 0 ? '' : ` behind ${formatCount(backlog)} that wait`;
  const rate = ratePerSecond === undefined ? 'with no limit' : `at ${formatRate(ratePerSecond)}`;
  const ends = seconds === undefined ? '' : `: the last one leaves after about ${formatDuration(seconds * 1_000)}`;
  const stopped = state === 'open' ? '' : ` (the lane is ${state}${reason === undefined ? '' : `: ${reason}`})`;
  return `${lane}: ${formatNumberOf(messages, 'message')}, ${formatNumberOf(segments, 'segment')} ${rate}${behind}${ends}${stopped}`;
};

const warningsOf = ({ warnings, predicate, messages: { smart } }: TaskPlan): string[] => [
  ...warnings.map(formatProblem),
  ...predicate.wholeReads.map(
    ({ table, rowsInTable, rowsWanted }) =>
      `the predicate reads all of ${table}, about ${formatCount(rowsInTable)} rows, for ${formatCount(rowsWanted)} of them, each time it is asked: an index would help`,
  ),
  ...(smart.shorter > 0
    ? [
        `SmartEncoded=true in the body would make ${formatCount(smart.shorter)} of ${formatCount(smart.looked)} messages shorter that are not in GSM-7`,
      ]
    : []),
];

const formatSample = ({ url, headers, body, phone }: Sample): string =>
  [
    `POST ${url}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    body,
    ...(phone === undefined ? [] : ['', ...formatBubble(phone)]),
  ]
    .map((line) => `  ${showControls(line)}`.trimEnd())
    .join('\n');

const formatBubble = ({ from, to, text, media }: NonNullable<Sample['phone']>): string[] => [
  `${from} → ${to}`,
  ...text.split('\n').map((line) => `│ ${line}`),
  ...media.map((url) => `│ [${url}]`),
];
