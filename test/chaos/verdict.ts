/** The verdict: every entity's message came, once, and every run knows it. */
import type { Judgement } from './judge.js';
import { type RunCounts, sumOf } from './runs.js';

export const listProblems = ({ lost, twice, examples }: Judgement, runs: RunCounts, entities: number): string[] => [
  ...(lost > 0 ? [`${lost} lost`] : []),
  ...(twice > 0 ? [`${twice} sent twice`] : []),
  ...(sumOf(runs) === entities ? [] : [`${sumOf(runs)} runs for ${entities} entities`]),
  ...(sumOf(runs, ['completed']) === entities ? [] : [`${entities - sumOf(runs, ['completed'])} not completed`]),
  ...examples,
];
