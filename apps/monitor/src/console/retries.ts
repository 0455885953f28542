/** `/retries`: failed runs queued again by the thousand: how many, asked first; how far it is; and its stop. */
import {
  countRetry,
  type Ledger,
  readBulkRetries,
  readBulkRetry,
  readTasks,
  startBulkRetry,
  stopBulkRetry,
} from '@quailrunner/ledger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../problem.js';
import { actorOf, forOperators } from '../sign-in/gate.js';
import { fieldOf, isLedgerId } from './forms.js';
import { parseRetry, type RetryWish } from './parse-retry.js';
import { presentCount, presentRetry } from './present-retries.js';
import { goTo, showPage } from './show-page.js';

const path = '/retries';
const shown = 20;

export const addRetries = (site: FastifyInstance, { ledger }: { readonly ledger: Ledger }): void => {
  for (const [url, view] of [
    [path, 'retries.njk'],
    [`${path}/part`, 'retries-part.njk'],
  ] as const) {
    site.get(url, async (request, reply) => showPage(request, reply, view, await readPage(request.query, ledger)));
  }

  // It counts, and a count may read many rows: for those who may begin one.
  site.get(`${path}/new`, forOperators, async (request, reply) => {
    const { wish, tasks } = await readWish(request.query, ledger);
    return showNew(request, reply, { wish, tasks, ledger });
  });

  site.post(path, async (request, reply) => {
    const { wish, tasks } = await readWish(request.body, ledger);
    if (Object.keys(wish.errors).length > 0) return showNew(request, reply, { wish, tasks, ledger });
    const started = await startBulkRetry(ledger, wish.filter, actorOf(request));
    if (started !== undefined) return goTo(reply, `${path}#retry-${started.retryId}`);
    const detail = 'Somebody else may have retried them meanwhile.';
    return sendProblem(request, reply, { status: 409, title: 'No run has failed so any more', detail });
  });

  site.post<{ Params: { readonly id: string } }>(`${path}/:id/stop`, async (request, reply) => {
    const { id } = request.params;
    if (!isLedgerId(id) || (await readBulkRetry(ledger, id)) === undefined) {
      return sendProblem(request as FastifyRequest, reply, { status: 404, title: 'There is no such retry' });
    }
    // One that is finished, or was stopped by somebody else, is as it was to be.
    await stopBulkRetry(ledger, id, actorOf(request as FastifyRequest));
    return goTo(reply, `${path}#retry-${id}`);
  });
};

const readPage = async (query: unknown, ledger: Ledger) => {
  const before = fieldOf(query, 'before');
  const page = { limit: shown + 1, ...(isLedgerId(before) && { beforeRetryId: before }) };
  const retries = await readBulkRetries(ledger, page);
  const now = new Date();
  return {
    retries: retries.slice(0, shown).map((retry) => presentRetry(retry, now)),
    isFirst: !isLedgerId(before),
    before: isLedgerId(before) ? before : '',
    next: retries.length > shown ? retries[shown - 1]?.retryId : undefined,
  };
};

const readWish = async (asked: unknown, ledger: Ledger) => {
  const tasks = (await readTasks(ledger)).map(({ name }) => name);
  return { tasks, wish: parseRetry(asked, { tasks, now: new Date() }) };
};

interface New {
  readonly wish: RetryWish;
  readonly tasks: readonly string[];
  readonly ledger: Ledger;
}

/** What is retried is what was counted: nothing that fails after the page was made. Where nothing was asked yet, nothing is counted. */
const showNew = async (
  request: FastifyRequest,
  reply: FastifyReply,
  { wish, tasks, ledger }: New,
): Promise<FastifyReply> => {
  const isWrong = Object.keys(wish.errors).length > 0;
  if (isWrong) reply.status(400);
  const { since, until = new Date() } = wish.filter;
  const count = isWrong || !wish.isAsked ? undefined : presentCount(await countRetry(ledger, wish.filter));
  const exact = { since: since?.toISOString() ?? '', until: until.toISOString() };
  return showPage(request, reply, 'retry-new.njk', { wish, tasks, count, exact });
};
