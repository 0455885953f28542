/** `/runs/:id`: one run's whole story, and what a person does about it: retry, cancel, say what became of it, look at it. */
import { maskLaneKey, QuailError, type RunState } from '@quailrunner/domain';
import { type RenderedSample, renderSample } from '@quailrunner/engine';
import {
  type Ledger,
  type RunStory,
  readAudit,
  readLanes,
  readRevision,
  readRun,
  revealRun,
} from '@quailrunner/ledger';
import { type CodeTable, messageCodes } from '@quailrunner/twilio';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../problem.js';
import { actorOf } from '../sign-in/gate.js';
import type { Desk } from './desk.js';
import { fieldOf, isLedgerId } from './forms.js';
import type { ReadStatus } from './open-status.js';
import { presentRevealed, presentRun } from './present-run.js';
import { cancel, type RunAct, resolve, retry } from './run-acts.js';
import { goTo, showPage } from './show-page.js';

export interface RunDeps {
  readonly ledger: Ledger;
  readonly status: ReadStatus;
  readonly desk: Desk;
  /** What Twilio's codes mean; ours unless given. */
  readonly codes?: CodeTable | undefined;
}

/** Of a run that is retried again and again, the newest are told. */
const mostActs = 200;
const mostRevisions = 5;

export const addRun = (site: FastifyInstance, { ledger, status, desk, codes = messageCodes }: RunDeps): void => {
  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    view: string,
    { run, ...more }: { run: RunStory; notice?: string; revealed?: object },
  ): Promise<FastifyReply> => {
    const [lane, acts, requests] = await Promise.all([
      laneOf(ledger, run.laneId),
      readAudit(ledger, { limit: mostActs }, { subjectKind: 'run', subjectId: run.runId }),
      renderAll(ledger, run, desk),
    ]);
    return showPage(request, reply, view, {
      run: presentRun(run, { lane, acts, requests, codes, now: new Date() }),
      ...more,
    });
  };
  const showRun =
    (view: string) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const run = await findRun(ledger, idOf(request));
      return run === undefined ? answerNoRun(request, reply) : show(request, reply, view, { run });
    };

  /** Where the run is not as it must be, its page says how it is now. */
  const actOn =
    ({ needed, act }: RunAct) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const id = idOf(request);
      if ((await findRun(ledger, id)) === undefined) return answerNoRun(request, reply);
      const isDone = await act(id, actorOf(request), ledger);
      status.forget();
      if (isDone) return goTo(reply, `/runs/${id}`);
      const run = await findRun(ledger, id);
      if (run === undefined) return answerNoRun(request, reply);
      return show(request, reply.status(409), 'run.njk', { run, notice: movedOn(run.state, needed) });
    };

  site.get('/runs/:id', showRun('run.njk'));
  site.get('/runs/:id/part', showRun('run-part.njk'));
  site.post('/runs/:id/retry', actOn(retry));
  site.post('/runs/:id/cancel', actOn(cancel));
  site.post('/runs/:id/resolve', async (request, reply) => {
    const became = fieldOf(request.body, 'became');
    if (became === 'sent' || became === 'not-sent') return actOn(resolve(became === 'sent'))(request, reply);
    const detail = 'Say whether it was sent: became=sent or became=not-sent.';
    return sendProblem(request, reply, {
      status: 400,
      title: 'That is no answer',
      detail,
      back: `/runs/${idOf(request)}`,
    });
  });
  site.post('/runs/:id/reveal', async (request, reply) => {
    const id = idOf(request);
    const run = isLedgerId(id) ? await revealRun(ledger, id, actorOf(request)) : undefined;
    if (run === undefined) return answerNoRun(request, reply);
    const revealed = presentRevealed(run, await renderAll(ledger, run, desk));
    return show(request, reply, 'run-revealed.njk', { run, revealed });
  });
};

const idOf = ({ params }: FastifyRequest): string => (params as { readonly id: string }).id;

const findRun = async (ledger: Ledger, runId: string): Promise<RunStory | undefined> =>
  isLedgerId(runId) ? readRun(ledger, runId) : undefined;

const answerNoRun = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  sendProblem(request, reply, { status: 404, title: 'There is no such run', back: '/runs' });

const movedOn = (state: RunState, needed: string): string =>
  `The run has moved on: it is ${state} now, and ${needed}. Nothing was changed.`;

const laneOf = async (ledger: Ledger, laneId: number): Promise<string> => {
  const lane = (await readLanes(ledger)).find((each) => each.laneId === laneId);
  return lane === undefined ? `lane ${laneId}` : maskLaneKey(lane.key);
};

/** Its request as each revision that tried it renders it, and as the one that is to try it next. */
export const renderAll = async (ledger: Ledger, run: RunStory, desk: Desk): Promise<Map<number, RenderedSample>> => {
  const revisions = [...new Set([...run.history.map(({ revision }) => revision), run.revision])].slice(-mostRevisions);
  const rendered = revisions.map(
    async (revision) => [revision, await renderOne(ledger, { ...run, revision }, desk)] as const,
  );
  return new Map(await Promise.all(rendered));
};

/** A revision that doesn't open (another key) or isn't there any more is told like a row that doesn't fit. */
const renderOne = async (
  ledger: Ledger,
  { taskId, revision, columns }: Pick<RunStory, 'taskId' | 'revision' | 'columns'>,
  { secrets }: Desk,
): Promise<RenderedSample> => {
  try {
    return renderSample(await readRevision(ledger, taskId, revision), columns, secrets);
  } catch (fault) {
    if (!(fault instanceof QuailError) || fault.retryable) throw fault;
    return { kind: 'fault', code: fault.code, reason: fault.message };
  }
};
