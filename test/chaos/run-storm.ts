/** The storm from its first fault to the verdict: none lost and none sent twice while everything is being killed. */

import { findFreePort } from '../support/free-port.js';
import { waitUntil } from '../support/wait-until.js';
import { drain } from './drain.js';
import { seconds } from './fault.js';
import { fillTables } from './fill.js';
import { type House, openHouse } from './house.js';
import { judge } from './judge.js';
import { keyOf, readMessages } from './messages.js';
import type { ChaosOptions } from './options.js';
import type { Report } from './report.js';
import { countSettled } from './runs.js';
import { openPerson } from './settle-by-hand.js';
import { type PlannedFault, planStorm, playStorm } from './storm.js';
import { stormEnv } from './switches.js';
import { createTables, messagesPath, numberOf, share, tasks, taskText } from './tasks.js';
import { listProblems } from './verdict.js';

export interface Telling {
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

const crew = { scheduler: 2, worker: 3, monitor: 1 };
const drainLimitMs = 5 * 60_000;
/** New people come until shortly before the storm ends. */
const fillShare = 0.9;

export const runStorm = async (options: ChaosOptions, telling: Telling): Promise<Report> => {
  const monitorPort = await findFreePort();
  const house = await openHouse({ seed: options.seed, monitorPort, env: stormEnv({ ...options, monitorPort }) });
  let keepLogs = true;
  try {
    await prepare(house, options);
    const report = await shake(house, options, telling);
    keepLogs = options.keepLogs || report.problems.length > 0;
    return keepLogs ? { ...report, directory: house.directory } : report;
  } finally {
    await house.close({ keepLogs: keepLogs && !telling.signal.aborted });
  }
};

const prepare = async (house: House, { naive }: ChaosOptions): Promise<void> => {
  await house.postgres.ask('source', createTables);
  const variant = naive ? { url: `${house.sandbox.url}${messagesPath}` } : {};
  for (const task of tasks) await house.applyTask(task.name, taskText(task, variant));
};

const shake = async (house: House, options: ChaosOptions, { tell, signal }: Telling): Promise<Report> => {
  const lengthMs = options.minutes * 60_000;
  const planned: PlannedFault[] = planStorm(options.seed, lengthMs);
  house.startCrew(crew);
  await untilAtWork(house);
  const [faults] = await Promise.all([
    playStorm(house, planned, { tell, signal }),
    fillTables(house, { entities: options.entities, lengthMs: lengthMs * fillShare }, signal),
  ]);
  await house.setFaults([]);
  tell(`${seconds(lengthMs).padStart(8)}  the faults are over`);
  const person = openPerson(house);
  const drained = await drain(
    house,
    {
      entities: options.entities,
      limitMs: drainLimitMs,
      ...(options.lookUp ? {} : { settleByHand: person.settle }),
    },
    signal,
  );
  const messages = await readMessages(house);
  const judgement = judge(expected(options.entities), messages);
  return {
    options,
    faults,
    ends: house.crew.ends(),
    entities: options.entities,
    messages: messages.length,
    lost: judgement.lost,
    twice: judgement.twice,
    runs: drained.counts,
    settled: await countSettled(house),
    settledByHand: drained.byPerson,
    drainSeconds: drained.seconds,
    problems: listProblems(judgement, drained.counts, options.entities),
  };
};

/** A storm that is over before a busy machine has started anybody has shown nothing. */
const untilAtWork = (house: House): Promise<unknown> =>
  waitUntil(
    async () => {
      const [seen] = await house.postgres.ask<{ workers: number; scanned: number }>('ledger', atWork);
      return (seen?.workers ?? 0) >= crew.worker && (seen?.scanned ?? 0) >= tasks.length;
    },
    { what: 'the crew to be at work', timeoutMs: 120_000 },
  );

const atWork = `
  select (select count(*)::int from quailrunner.workers) as workers,
    (select count(distinct task_id)::int from quailrunner.scans where finished_at is not null) as scanned`;

/** How many messages each person must have from each sender. */
const expected = (entities: number): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const [{ sender }, count] of share(entities)) {
    for (let n = 1; n <= count; n++) {
      const key = keyOf({ from: sender, to: numberOf(n) });
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
};
