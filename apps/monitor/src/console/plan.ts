/** `/tasks/:name/plan`: what a task would do now. The page answers at once, and the plan comes when it is made. */
import { ProblemsError, type TaskDefinition } from '@quailrunner/domain';
import { planTask, type TaskPlan } from '@quailrunner/engine';
import { type Ledger, readRevision } from '@quailrunner/ledger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ProblemAnswer, sendProblem } from '../problem.js';
import { orProblems } from '../problems-in.js';
import { forOperators } from '../sign-in/gate.js';
import type { Desk } from './desk.js';
import { presentPlan } from './present-plan.js';
import { showPage } from './show-page.js';
import { type OfTask, withTask } from './tasks.js';

export interface PlanDeps {
  readonly ledger: Ledger;
  readonly desk: Desk;
}

/** A million rows take a quarter of a minute; an hour is nobody's plan. */
export const planTimeoutMs = 150_000;

export const addPlan = (site: FastifyInstance, deps: PlanDeps): void => {
  const { ledger } = deps;
  site.get<OfTask>(
    '/tasks/:name/plan',
    forOperators,
    withTask(ledger, async ({ name }, request, reply) => showPage(request, reply, 'plan.njk', { name })),
  );
  // By itself a whole page, too: for a browser without scripts.
  site.get<OfTask>(
    '/tasks/:name/plan/part',
    { ...forOperators, handlerTimeout: planTimeoutMs },
    withTask(ledger, async ({ name, taskId, revision }, request, reply) => {
      const definition = await readRevision(ledger, taskId, revision);
      const planned = await planOrProblems(definition, deps);
      const view = request.headers['hx-request'] === undefined ? 'plan.njk' : 'plan-part.njk';
      return planned === 'busy' ? sendBusy(request, reply) : showPage(request, reply, view, { name, ...planned });
    }),
  );
};

export const planInTurn = (definition: TaskDefinition, { ledger, desk }: PlanDeps): Promise<TaskPlan | 'busy'> =>
  desk.planning(() => planTask(definition, { ...desk, ledger }));

export const planOrProblems = async (definition: TaskDefinition, deps: PlanDeps) => {
  const plan = await orProblems(() => planInTurn(definition, deps));
  if (plan instanceof ProblemsError) return { problems: plan.problems };
  return plan === 'busy' ? plan : { plan: presentPlan(plan) };
};

export const busyForSeconds = 10;

export const busyPlans: ProblemAnswer = {
  status: 503,
  title: 'Two plans are being made already',
  detail: 'Each reads the source from one end to the other. Ask again in a moment.',
};

export const sendBusy = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  sendProblem(request, reply.header('retry-after', String(busyForSeconds)), busyPlans);
