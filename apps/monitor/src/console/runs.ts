/** `/runs`: all that was ever claimed, the newest first, by whatever somebody looks for; and what may be done about those chosen. */
import { type Actor, maskLaneKey, runStates } from '@quailrunner/domain';
import { cancelRuns, readLanes, readRuns, readTasks, retryRuns } from '@quailrunner/ledger';
import { messageCodes } from '@quailrunner/twilio';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../problem.js';
import { actorOf } from '../sign-in/gate.js';
import { fieldOf, fieldsOf, isLedgerId } from './forms.js';
import { parseSearch, searchPath } from './parse-search.js';
import { presentRuns, runsShown } from './present-runs.js';
import { addRun, type RunDeps } from './run.js';
import { goTo, showPage } from './show-page.js';
import { formatCount } from './words.js';

const mostChosen = 100;

export const addRuns = (site: FastifyInstance, deps: RunDeps): void => {
  const { ledger, status } = deps;
  site.get('/runs', async (request, reply) => {
    const found = await search(request.query, deps);
    if (Object.keys(found.search.errors).length > 0) reply.status(400);
    return showPage(request, reply, 'runs.njk', { ...found, states: runStates, notice: readDone(request.query) });
  });

  /** Those chosen in the table; then back to it. */
  const actOnChosen =
    (done: Done, act: (runIds: readonly string[], by: Actor) => Promise<number>) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const chosen = [...new Set(fieldsOf(request.body, 'run'))];
      if (chosen.length === 0) return refuse(request, reply, 'No run is chosen', 'Tick the boxes of some runs first.');
      if (chosen.length > mostChosen || !chosen.every(isLedgerId))
        return refuse(request, reply, 'These can’t be taken', `At most ${mostChosen} runs at once, by their ids.`);
      const changed = await act(chosen, actorOf(request));
      status.forget();
      const back = await search(new URLSearchParams(fieldOf(request.body, 'back').split('?')[1] ?? ''), deps);
      const { values, before } = back.search;
      return goTo(
        reply,
        searchPath(values, {
          ...(before !== undefined && { before }),
          done,
          changed: String(changed),
          chosen: String(chosen.length),
        }),
      );
    };
  site.post(
    '/runs/retry',
    actOnChosen('retried', (runIds, by) => retryRuns(ledger, { runIds, by })),
  );
  site.post(
    '/runs/cancel',
    actOnChosen('canceled', async (runIds, by) => (await cancelRuns(ledger, runIds, by)).canceled.length),
  );
  addRun(site, deps); // /runs/:id
};

const refuse = (request: FastifyRequest, reply: FastifyReply, title: string, detail: string): FastifyReply =>
  sendProblem(request, reply, { status: 400, title, detail, back: '/runs' });

const search = async (asked: unknown, { ledger, codes = messageCodes }: RunDeps) => {
  const query = asked instanceof URLSearchParams ? Object.fromEntries(asked) : asked;
  const now = new Date();
  const [tasks, lanes] = await Promise.all([readTasks(ledger), readLanes(ledger)]);
  const names = tasks.map(({ name }) => name);
  const search = parseSearch(query, { tasks: names, laneIds: lanes.map(({ laneId }) => laneId), now });
  const { filter, before, errors } = search;
  const isWrong = Object.keys(errors).length > 0;
  const page = { limit: runsShown + 1, ...(before !== undefined && { beforeRunId: before }) };
  const runs = isWrong ? [] : await readRuns(ledger, filter, page);
  return {
    search,
    isWrong,
    page: presentRuns(search, { runs, codes, now }),
    tasks: names,
    lanes: lanes.map(({ laneId, key }) => ({ id: String(laneId), name: maskLaneKey(key) })),
  };
};

type Done = 'retried' | 'canceled';

/** What the act before this page has come to, as its address tells. */
const readDone = (query: unknown): string | undefined => {
  const number = (name: string): number => Number(/^\d{1,3}$/.exec(fieldOf(query, name))?.[0]);
  const [done, changed, chosen] = [fieldOf(query, 'done'), number('changed'), number('chosen')];
  const words = { retried: 'wait again', canceled: 'are canceled' }[done];
  if (words === undefined || Number.isNaN(changed) || Number.isNaN(chosen)) return undefined;
  const others = chosen - changed;
  const left =
    others > 0 ? ` The other ${formatCount(others)} had moved on or can’t be ${done}: nothing was changed.` : '';
  return `${formatCount(changed)} of ${formatCount(chosen)} ${words}.${left}`;
};
