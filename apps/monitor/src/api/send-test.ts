/** `/api/v1/tasks/{name}/send-test`: one entity's message to a number of mine. */
import { sendTest } from '@quailrunner/engine';
import { z } from 'zod';
import { endpoint } from './endpoint.js';
import { taskName, text } from './fields.js';
import { savedDefinition, taskOf } from './tasks.js';

export const sendTestEndpoints = [
  endpoint({
    method: 'POST',
    path: '/tasks/{name}/send-test',
    tag: 'tasks',
    name: 'sendTest',
    status: 201,
    summary: 'Send one entity’s message to a number of mine',
    description: 'By the task’s own lane, at its rate. The entity’s own run is untouched by it.',
    params: z.strictObject({ name: taskName }),
    body: z.strictObject({
      to: text(200).meta({ description: 'In E.164, or an address of another channel.' }),
      entity: text(1_000).optional().meta({ description: 'Its key; absent: the first that the predicate returns.' }),
    }),
    answer: z.object({ runId: z.string() }),
    refusals: { 404: 'There is no such task.', 422: 'It can’t be tried: `errors` says why.' },
    timeoutMs: 30_000,
    handle: async ({ params: { name }, body, by }, deps) => {
      const row = await taskOf(name, deps);
      if (!('taskId' in row)) return row;
      const { quickSources: sources, secrets } = deps.desk;
      const wish = { to: body.to, by, ...(body.entity !== undefined && { entityPk: body.entity }) };
      return {
        runId: await sendTest(await savedDefinition(row, deps), wish, { ledger: deps.ledger, sources, secrets }),
      };
    },
  }),
];
