/**
 * `/tasks/new` and `/tasks/:name/edit`: a task is written, looked at while it is written, planned, and only then saved. Every
 * step is a form, so that it also goes without scripts; with them the page is told what is wrong as one types.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { parseTask } from '@quailrunner/config';
import { ProblemsError, QuailError, type TaskDefinition } from '@quailrunner/domain';
import { checkTask } from '@quailrunner/engine';
import { type Ledger, readRevision, readTask, saveTask } from '@quailrunner/ledger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../problem.js';
import { orProblems } from '../problems-in.js';
import { actorOf, forOperators } from '../sign-in/gate.js';
import type { Desk } from './desk.js';
import { type Draft, emptyMessage, emptyRequest, readDraft, toMessage, toRequest, toTaskText } from './draft.js';
import { draftOf, putBackCredentials } from './draft-of-task.js';
import { fieldOf } from './forms.js';
import type { ReadStatus } from './open-status.js';
import { planOrProblems, planTimeoutMs, sendBusy } from './plan.js';
import { lookAt } from './preview-task.js';
import { goTo, showPage } from './show-page.js';
import { type OfTask, withTask } from './tasks.js';

export interface EditorDeps {
  readonly ledger: Ledger;
  readonly status: ReadStatus;
  readonly desk: Desk;
  /** Seals what was planned. */
  readonly encryptionKey: Buffer;
}

export const addEditor = (site: FastifyInstance, deps: EditorDeps): void => {
  const { ledger, desk, status } = deps;
  const showEditor = (request: FastifyRequest, reply: FastifyReply, draft: Draft, more: object = {}): FastifyReply =>
    showPage(request, reply, 'editor.njk', { draft, sources: desk.sources.names, ...more });

  site.get('/tasks/new', forOperators, async (request, reply) => showEditor(request, reply, blank));
  site.get<OfTask>(
    '/tasks/:name/edit',
    forOperators,
    withTask(ledger, async ({ taskId, revision }, request, reply) =>
      showEditor(request, reply, draftOf(await readRevision(ledger, taskId, revision), revision)),
    ),
  );
  site.post('/tasks/look', async (request, reply) => {
    const seen = await lookAt(await read(request, deps), desk);
    return showPage(request, reply, 'editor-look.njk', { seen });
  });
  site.post('/tasks/action', async (request, reply) => {
    const switched = switchMode(readDraft(request.body));
    const view = request.headers['hx-request'] === undefined ? 'editor.njk' : 'editor-action.njk';
    return showPage(request, reply, view, { ...switched, sources: desk.sources.names });
  });
  // Back from the plan, with all that was written.
  site.post('/tasks/draft', async (request, reply) => showEditor(request, reply, readDraft(request.body)));
  site.post('/tasks/review', async (request, reply) => {
    const { draft, task } = await read(request, deps);
    const problems = task instanceof ProblemsError ? task.problems : await problemsOf(task, desk);
    if (problems.length > 0) return showEditor(request, reply.status(422), draft, { problems });
    return showPage(request, reply, 'review.njk', { draft });
  });
  site.post('/tasks/review/plan', { handlerTimeout: planTimeoutMs }, async (request, reply) => {
    const { draft, task } = await read(request, deps);
    if (task instanceof ProblemsError)
      return showEditor(request, reply.status(422), draft, { problems: task.problems });
    const planned = await planOrProblems(task, deps);
    if (planned === 'busy') return sendBusy(request, reply);
    const view = request.headers['hx-request'] === undefined ? 'review.njk' : 'review-part.njk';
    return showPage(request, reply, view, { draft, ...planned, seal: sealOf(task, draft.revision, deps) });
  });
  site.post('/tasks/save', async (request, reply) => {
    const { draft, task } = await read(request, deps);
    if (task instanceof ProblemsError)
      return showEditor(request, reply.status(422), draft, { problems: task.problems });
    if (!isSealed(fieldOf(request.body, 'seal'), task, draft.revision, deps)) {
      return sendProblem(request, reply, { status: 409, ...unseen });
    }
    const isPaused = fieldOf(request.body, 'state') === 'paused';
    const terms = { expectedRevision: draft.revision, isPaused };
    const newest = await saveUnlessChanged(ledger, task, actorOf(request), terms);
    if (newest !== undefined) {
      const conflict = draft.revision === 0 ? nameTaken(draft.name) : changedMeanwhile(newest);
      const base = draft.revision === 0 ? 0 : newest;
      return showEditor(request, reply.status(409), { ...draft, revision: base }, { conflict });
    }
    status.forget();
    return goTo(reply, `/tasks/${task.settings.name}`);
  });
};

const unseen = {
  title: 'This is not what was planned',
  detail: 'A task is saved as its plan was shown. Go back, and look at the plan once more.',
};

const blank: Draft = {
  ...readDraft({}),
  message: { ...emptyMessage, sender: '', to: '{{ phone_number }}' },
};

interface Read {
  readonly draft: Draft;
  /** With the credentials that the browser doesn't know; or what is wrong with it. */
  readonly task: TaskDefinition | ProblemsError;
}

const read = async (request: FastifyRequest, { ledger, desk }: EditorDeps): Promise<Read> => {
  const draft = readDraft(request.body);
  const task = await orProblems(async () =>
    putBackCredentials(parseTask(toTaskText(draft), desk), await readBase(draft, ledger)),
  );
  return { draft, task };
};

/** The revision that is changed. */
const readBase = async ({ name, revision }: Draft, ledger: Ledger): Promise<TaskDefinition | undefined> => {
  const row = revision === 0 ? undefined : await readTask(ledger, name);
  return row === undefined || row.revision < revision ? undefined : readRevision(ledger, row.taskId, revision);
};

const problemsOf = async (task: TaskDefinition, { quickSources }: Desk): Promise<ProblemsError['problems']> => {
  const checked = await orProblems(() => checkTask(task, { sources: quickSources }));
  return checked instanceof ProblemsError ? checked.problems : [];
};

/** To the other way to write the action, unless that would lose something. */
const switchMode = (draft: Draft): { draft: Draft; obstacle?: string } => {
  if (draft.mode === 'message') {
    return { draft: { ...draft, mode: 'request', request: toRequest(draft), message: emptyMessage } };
  }
  const message = toMessage(draft.request);
  return 'obstacle' in message
    ? { draft, obstacle: message.obstacle }
    : { draft: { ...draft, mode: 'message', message, request: emptyRequest } };
};

/** Only who has been shown the plan of this very task has this. */
const sealOf = (task: TaskDefinition, revision: number, { encryptionKey }: EditorDeps): string =>
  createHmac('sha256', Buffer.from(hkdfSync('sha256', encryptionKey, '', 'quailrunner monitor plan', 32)))
    .update(JSON.stringify([revision, task]))
    .digest('base64url');

const isSealed = (given: string, task: TaskDefinition, revision: number, deps: EditorDeps): boolean => {
  const [seal, right] = [Buffer.from(given), Buffer.from(sealOf(task, revision, deps))];
  return seal.length === right.length && timingSafeEqual(seal, right);
};

/** The newest revision, where it is another than the one that was changed: then nothing is saved. */
const saveUnlessChanged = async (...save: Parameters<typeof saveTask>): Promise<number | undefined> => {
  try {
    await saveTask(...save);
    return undefined;
  } catch (fault) {
    if (!(fault instanceof QuailError) || fault.code !== 'TASK_CHANGED_MEANWHILE') throw fault;
    return Number(fault.context.revision);
  }
};

const nameTaken = (name: string): string =>
  `There is a task ${name} already, and nothing was saved: choose another name.`;

const changedMeanwhile = (newest: number): string =>
  `Somebody else saved the task meanwhile: it is at revision ${newest}. Nothing of yours was saved, and all of it is still here: see what changed, and review yours once more.`;
