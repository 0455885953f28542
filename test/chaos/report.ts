/** What a run of chaos came to, as a value and as a table. */
import type { ChaosOptions } from './options.js';
import type { RunCounts } from './runs.js';

export interface Report {
  readonly options: ChaosOptions;
  /** How often each kind happened. */
  readonly faults: Readonly<Record<string, number>>;
  /** Processes that ended though nobody told them to. */
  readonly ends: Readonly<Record<string, number>>;
  readonly entities: number;
  readonly messages: number;
  readonly lost: number;
  readonly twice: number;
  readonly runs: RunCounts;
  /** Attempts whose answer did not say what became of them: who did, and how many. */
  readonly settled: Readonly<Record<string, number>>;
  /** Words of the person at the console. */
  readonly settledByHand: number;
  /** Of the scenario `kills`: from the last kill until no run was `sending` or `unknown`. */
  readonly secondsInDoubt?: number;
  readonly drainSeconds: number;
  /** Sentences; none when all is as it must be. */
  readonly problems: readonly string[];
  /** What is kept: the processes' logs, and the data of PostgreSQL. */
  readonly directory?: string;
}

export const formatReport = (report: Report): string => {
  const { options, faults, ends, runs, settled } = report;
  const rows: [string, string | number][] = [
    ['seed', options.seed],
    ...Object.entries(faults).sort(([, a], [, b]) => b - a),
    ...Object.entries(ends),
    ['entities', report.entities],
    ['messages at the sandbox', report.messages],
    ['lost', report.lost],
    ['twice', report.twice],
    ...Object.entries(runs).map(([state, count]) => [`runs ${state}`, count] as [string, number]),
    ...Object.entries(settled).map(([by, count]) => [`settled ${by}`, count] as [string, number]),
    ['said by the person at the console', report.settledByHand],
    ...(report.secondsInDoubt === undefined
      ? []
      : [['seconds in doubt', report.secondsInDoubt.toFixed(1)] as [string, string]]),
    ['seconds to drain', report.drainSeconds.toFixed(1)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const table = rows.map(([name, value]) => `${name.padEnd(width)}  ${String(value).padStart(10)}`);
  const verdict = report.problems.length === 0 ? ['clean: none lost, none sent twice'] : report.problems;
  const kept = report.directory === undefined ? [] : [`kept, logs and PostgreSQL's data: ${report.directory}`];
  return [...table, '', ...verdict, ...kept].join('\n');
};
