/** A busy worker is killed again and again, with the product's own times: how long until nothing is in doubt any more? */
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../support/free-port.js';
import { drain } from './drain.js';
import { type House, openHouse } from './house.js';
import { judge } from './judge.js';
import { keyOf, readMessages } from './messages.js';
import type { ChaosOptions } from './options.js';
import type { Report } from './report.js';
import type { Telling } from './run-storm.js';
import { countRuns, countSettled, sumOf } from './runs.js';
import { createTables, insertEntities, numberOf, tasks, taskText } from './tasks.js';
import { listProblems } from './verdict.js';

const kills = 10;
const concurrency = 500;
const latencyMs = 2_000;
const openLimitMs = 60_000;
const drainLimitMs = 5 * 60_000;
/** From the last kill until no run is in doubt. */
const mostSecondsInDoubt = 120;

const env = { WORKER_CONCURRENCY: String(concurrency) };
const settings = `every: 1s
retries: 50
backoff: { first: 500ms, factor: 1.5, max: 5s, jitter: 0.2 }
timeout: 15s`;

export const runKills = async (options: ChaosOptions, telling: Telling): Promise<Report> => {
  const house = await openHouse({ seed: options.seed, monitorPort: await findFreePort(), env });
  let keepLogs = true;
  try {
    const report = await kill(house, options, telling);
    keepLogs = options.keepLogs || report.problems.length > 0;
    return keepLogs ? { ...report, directory: house.directory } : report;
  } finally {
    await house.close({ keepLogs: keepLogs && !telling.signal.aborted });
  }
};

const kill = async (house: House, options: ChaosOptions, telling: Telling): Promise<Report> => {
  const { entities } = options;
  const [task] = tasks as [(typeof tasks)[number]];
  await house.postgres.ask('source', createTables);
  await house.postgres.ask('source', insertEntities(task.name), [1, entities]);
  await house.applyTask(task.name, taskText(task, { settings }));
  await house.setFaults([{ latencyMs }]);
  house.startCrew({ scheduler: 1, worker: 1, monitor: 0 });
  const lastKillAt = await killAgainAndAgain(house, telling);
  const inDoubt = awaitCertainty(house, lastKillAt, telling.signal);
  const drained = await drain(house, { entities, limitMs: drainLimitMs }, telling.signal);
  const messages = await readMessages(house);
  const everybody = Array.from({ length: entities }, (_, n) => keyOf({ from: task.sender, to: numberOf(n + 1) }));
  const judgement = judge(new Map(everybody.map((key) => [key, 1])), messages);
  const secondsInDoubt = await inDoubt;
  return {
    options,
    faults: { 'worker killed': kills },
    ends: house.crew.ends(),
    entities,
    messages: messages.length,
    lost: judgement.lost,
    twice: judgement.twice,
    runs: drained.counts,
    settled: await countSettled(house),
    settledByHand: 0,
    secondsInDoubt,
    drainSeconds: drained.seconds,
    problems: [
      ...listProblems(judgement, drained.counts, entities),
      ...(secondsInDoubt < mostSecondsInDoubt ? [] : [`in doubt for ${secondsInDoubt.toFixed(0)} s`]),
    ],
  };
};

interface Summary {
  readonly total: number;
  readonly answers: Readonly<Record<string, number>>;
}

/** When it killed for the last time. */
const killAgainAndAgain = async (house: House, { tell, signal }: Telling): Promise<number> => {
  let killedAt = 0;
  for (let n = 1; n <= kills; n++) {
    const open = await awaitOpen(house, signal);
    house.crew.members.find(({ app }) => app === 'worker')?.kill();
    killedAt = Date.now();
    tell(`kill ${n} of ${kills}, ${open} POSTs open`);
    // What the killed worker had open is answered to nobody, and no longer counts as open.
    await sleep(latencyMs + 500, undefined, { signal });
  }
  return killedAt;
};

/** Until the worker has all hands full. Messages are accepted at once and answered late: those between are open. */
const awaitOpen = async ({ sandbox }: House, signal: AbortSignal): Promise<number> => {
  const deadline = Date.now() + openLimitMs;
  for (;;) {
    const answer = await fetch(`${sandbox.url}/sandbox/messages?summary=1`);
    const { total, answers } = (await answer.json()) as Summary;
    const open = total - Object.values(answers).reduce((sum, count) => sum + count, 0);
    if (open >= concurrency * 0.98) return open;
    if (Date.now() > deadline) throw new Error(`only ${open} POSTs are open: are there entities left?`);
    await sleep(20, undefined, { signal });
  }
};

/** Seconds from `sinceMs` until no run is `sending` or `unknown`. */
const awaitCertainty = async (house: House, sinceMs: number, signal: AbortSignal): Promise<number> => {
  for (;;) {
    const seconds = (Date.now() - sinceMs) / 1_000;
    if (sumOf(await countRuns(house), ['sending', 'unknown']) === 0 || seconds > drainLimitMs / 1_000) return seconds;
    await sleep(250, undefined, { signal });
  }
};
