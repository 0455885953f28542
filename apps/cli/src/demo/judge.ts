/**
 * The judge of the demo: every entity `completed` in the ledger, and at the sandbox exactly one message for each number
 * and task, no other. Counts of each, not totals: one lost and one sent twice would make the same sum.
 */
import { scrub } from '@quailrunner/domain';
import type { RunCount } from '@quailrunner/ledger';
import { formatNumberOf } from '../output/table.js';
import type { Expectation } from './expectation.js';
import type { SentMessage } from './sandbox-messages.js';

export interface Evidence {
  readonly counts: readonly RunCount[];
  readonly messages: readonly SentMessage[];
}

/** What is wrong, a sentence each; nothing when all is as it must be. */
export const judge = (expected: Expectation, { counts, messages }: Evidence): string[] => [
  ...[...expected].flatMap(([task, numbers]) => judgeRuns(task, numbers.length, counts)),
  ...judgeMessages(expected, messages),
];

const judgeRuns = (task: string, wanted: number, counts: readonly RunCount[]): string[] => {
  const ofTask = counts.filter((count) => count.task === task);
  const completed = ofTask.find(({ state }) => state === 'completed')?.runs ?? 0;
  const others = ofTask.filter(({ state, runs }) => state !== 'completed' && runs > 0);
  const missing = wanted - ofTask.reduce((sum, { runs }) => sum + runs, 0);
  return [
    ...others.map(({ state, runs }) => `${task}: ${formatNumberOf(runs, 'run')} ${state}`),
    ...(missing > 0 ? [`${task}: ${formatNumberOf(missing, 'entity', 'entities')} without a run`] : []),
    ...(completed > wanted ? [`${task}: ${formatNumberOf(completed - wanted, 'run')} too many`] : []),
  ];
};

const judgeMessages = (expected: Expectation, messages: readonly SentMessage[]): string[] => {
  const left = new Map<string, number>(
    [...expected].flatMap(([task, numbers]) => numbers.map((to) => [keyOf(task, to), 1] as const)),
  );
  const found: Record<'twice' | 'strange', string[]> = { twice: [], strange: [] };
  for (const { task, to } of messages) {
    const key = keyOf(task, to);
    const count = left.get(key);
    if (count === undefined) found.strange.push(key);
    else if (count === 0) found.twice.push(key);
    else left.set(key, 0);
  }
  const lost = [...left].filter(([, count]) => count > 0).map(([key]) => key);
  return [
    ...sentence(lost, 'never came to the sandbox'),
    ...sentence(found.twice, 'came to the sandbox more than once'),
    ...sentence(found.strange, 'came to the sandbox that nobody should get'),
  ];
};

const keyOf = (task: string, to: string): string => `${task} to ${to}`;

const sentence = (keys: readonly string[], what: string): string[] =>
  keys.length === 0 ? [] : [`${formatNumberOf(keys.length, 'message')} ${what} (first: ${scrub(keys[0] ?? '')})`];
