/** What the rate tests ask of a stage again and again. */
import { expect } from 'vitest';
import { waitUntil } from '../support/index.js';
import type { Running, Stage } from '../support/stage.js';
import { smsTask, type TaskText } from '../support/tasks.js';

export const applyTask = async (stage: Stage, task: TaskText): Promise<void> => {
  const path = await stage.writeTask(task.name, smsTask(task));
  expect(await stage.quail('task', 'apply', path)).toMatchObject({ code: 0 });
};

export const startWorkers = (stage: Stage, count: number, settings: Record<string, string> = {}): Running[] =>
  Array.from({ length: count }, () => stage.start(['worker'], settings));

export const untilUp = (apps: readonly Running[]): Promise<unknown> =>
  waitUntil(() => apps.every((app) => app.output().includes('app.started')), {
    what: 'all to be up',
    timeoutMs: 60_000,
  });

/** Runs, or whatever else `where` names, in the ledger. */
export const count = async (stage: Stage, where: string): Promise<number> => {
  const { rows } = await stage.ledger.query(`select count(*)::int as n from quailrunner.${where}`);
  return rows[0].n;
};

export const until = (stage: Stage, where: string, isThere: (n: number) => boolean, timeoutMs = 60_000) =>
  waitUntil(async () => isThere(await count(stage, where)), { what: where, timeoutMs });

/** How many POSTs the sandbox has answered, by code of Twilio's or by HTTP status. */
export const readAnswers = async ({ sandbox }: Stage): Promise<Readonly<Record<string, number>>> => {
  const answer = await fetch(`${sandbox.url}/sandbox/messages?summary=1`);
  return ((await answer.json()) as { answers: Record<string, number> }).answers;
};

export const sumOf = (answers: Readonly<Record<string, number>>): number =>
  Object.values(answers).reduce((sum, n) => sum + n, 0);
