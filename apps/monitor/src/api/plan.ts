/** `/api/v1/tasks/plan`, `/api/v1/tasks/{name}/plan`: what a task would do now, and for how much. Nothing is written or sent. */
import type { TaskDefinition } from '@quailrunner/domain';
import { runStates } from '@quailrunner/domain';
import type { TaskPlan } from '@quailrunner/engine';
import { readTask } from '@quailrunner/ledger';
import { z } from 'zod';
import { busyForSeconds, busyPlans, planInTurn, planTimeoutMs } from '../console/plan.js';
import { type ApiDeps, endpoint, Refusal } from './endpoint.js';
import { count, problem, taskName } from './fields.js';
import { readDefinition, taskText } from './task-text.js';
import { savedDefinition, taskOf } from './tasks.js';

const plan = z
  .object({
    task: z.string(),
    change: z.enum(['new', 'changed', 'unchanged']),
    changed: z.array(z.string()).meta({ description: 'Settings and parts that differ from the newest revision.' }),
    predicate: z.object({
      rows: count.meta({ description: 'As the planner estimates.' }),
      cost: count,
      wholeReads: z.array(z.object({ table: z.string(), rowsInTable: count, rowsWanted: count })),
    }),
    entities: z.object({
      matched: count,
      claimed: count,
      sent: count,
      again: count,
      bad: z
        .array(
          z.object({ reason: z.string(), count, entityPk: z.string().meta({ description: 'The first of them.' }) }),
        )
        .meta({ description: 'Would fail without a request, by reason.' }),
      suppressed: count,
      known: z.partialRecord(z.enum(runStates), count).meta({ description: 'Have a run already, by its state.' }),
    }),
    messages: z.object({
      duplicates: count,
      countries: z.record(z.string(), count).meta({ description: 'By calling code.' }),
      segments: count,
      ucs2: count,
      signs: z.array(z.string()),
      smart: z.object({ looked: count, shorter: count }),
      cost: z.object({ currency: z.string(), total: count, unpriced: count }).optional(),
    }),
    lanes: z.array(
      z.object({
        lane: z.string(),
        messages: count,
        segments: count,
        ratePerSecond: z.number().optional(),
        backlog: count,
        state: z.enum(['open', 'paused', 'held']),
        reason: z.string().optional(),
        seconds: z.number().optional().meta({ description: 'How long the sending takes.' }),
      }),
    ),
    warnings: z.array(problem),
  })
  .meta({ id: 'Plan', description: 'Without samples: messages as they are sent stand on the page of the plan.' });

const refusals = {
  422: 'The task does not hold: `errors` says what is wrong, and how to mend it.',
  503: 'Two plans are being made already.',
};

const planOf = async (definition: TaskDefinition, deps: ApiDeps): Promise<z.input<typeof plan> | Refusal> => {
  const made = await planInTurn(definition, deps);
  return made === 'busy' ? busy : presentPlan(made);
};

const presentPlan = ({ samples: _, ...made }: TaskPlan): z.input<typeof plan> => ({
  ...made,
  changed: [...made.changed],
  predicate: { ...made.predicate, wholeReads: [...made.predicate.wholeReads] },
  entities: { ...made.entities, bad: [...made.entities.bad] },
  messages: { ...made.messages, signs: [...made.messages.signs] },
  lanes: [...made.lanes],
  warnings: [...made.warnings],
});

const busy = new Refusal(busyPlans, busyForSeconds);

export const planEndpoints = [
  endpoint({
    method: 'POST',
    path: '/tasks/plan',
    tag: 'tasks',
    name: 'planDefinition',
    isQuestion: true,
    summary: 'What a task would do if it were saved now',
    body: z.strictObject(taskText),
    answer: plan,
    refusals,
    timeoutMs: planTimeoutMs,
    handle: async ({ body }, deps) => {
      const { name } = body.settings;
      const row = typeof name === 'string' && name.length <= 63 ? await readTask(deps.ledger, cut(name)) : undefined;
      const saved = row && (await savedDefinition(row, deps));
      return planOf(readDefinition(body, { scanIntervalMs: deps.desk.scanIntervalMs, saved }), deps);
    },
  }),
  endpoint({
    method: 'POST',
    path: '/tasks/{name}/plan',
    tag: 'tasks',
    name: 'planTask',
    isQuestion: true,
    summary: 'What a task would do now, as it is saved',
    params: z.strictObject({ name: taskName }),
    answer: plan,
    refusals: { 404: 'There is no such task.', ...refusals },
    timeoutMs: planTimeoutMs,
    handle: async ({ params: { name } }, deps) => {
      const row = await taskOf(name, deps);
      return 'taskId' in row ? planOf(await savedDefinition(row, deps), deps) : row;
    },
  }),
];

/** PostgreSQL's text can't hold the sign that stands for nothing, and no name does. */
const cut = (name: string): string => name.replaceAll('\0', '');
