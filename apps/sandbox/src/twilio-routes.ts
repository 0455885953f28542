/**
 * Twilio's side of the sandbox: `POST|GET /2010-04-01/Accounts/{sid}/Messages.json` and `GET …/Messages/{sid}.json`.
 * Nothing of a request is logged.
 */
import formBody from '@fastify/formbody';
import { describeFault, type Log } from '@quailrunner/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Admission, type Admit, type Caller, generateSid } from './accounts.js';
import { type Answer, jsonType, refuse } from './answers.js';
import type { AnswerCounts } from './count-answers.js';
import type { FaultRule } from './fault-rule.js';
import type { FaultRules, FaultSubject } from './fault-rules.js';
import { listMessages } from './list-messages.js';
import { type DeliveryTimes, messageResource, progressOf } from './message-resource.js';
import type { Fate, MessageStore } from './message-store.js';
import type { OptOuts } from './opt-outs.js';
import { playFault } from './play-fault.js';
import { parseForm, readDraft } from './read-draft.js';
import type { StatusCallbacks } from './status-callbacks.js';

export interface TwilioRoutesDeps {
  readonly admit: Admit;
  readonly store: MessageStore;
  readonly faults: FaultRules;
  readonly counts: AnswerCounts;
  readonly callbacks: StatusCallbacks;
  readonly optOuts: OptOuts;
  readonly times: DeliveryTimes;
  readonly now: () => number;
  /** Ends waits when the sandbox closes. */
  readonly closing: AbortSignal;
  readonly log: Log;
}

type AccountRequest = FastifyRequest<{ Params: { account: string } }>;
type MessageRequest = FastifyRequest<{ Params: { account: string; file: string } }>;

export const registerTwilioRoutes = async (app: FastifyInstance, deps: TwilioRoutesDeps): Promise<void> => {
  app.removeAllContentTypeParsers();
  // The body stays as it came: it is kept with the message, and decoded as Twilio decodes it.
  await app.register(formBody, { parser: (body: string) => ({ raw: body }) as unknown as Record<string, unknown> });
  // Twilio sees no parameters in a body that is not a form.
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, done) => done(null, { raw: '' }));
  app.setNotFoundHandler((request, reply) => send(reply, notFound(request)));
  app.setErrorHandler((error, request, reply) => {
    deps.log.emit('request.failed', { route: request.routeOptions.url ?? '', ...describeFault(error) });
    return send(reply, refuse({ code: 20500 }));
  });

  let underWay = 0;
  app.addHook('onRequest', (_request, reply, done) => {
    underWay += 1;
    reply.header('Twilio-Concurrent-Requests', underWay);
    reply.header('Twilio-Request-Id', generateSid('RQ'));
    reply.raw.once('close', () => {
      underWay -= 1;
    });
    done();
  });

  const path = '/Accounts/:account/Messages';
  app.post(`${path}.json`, (request: AccountRequest, reply) => create(request, reply, deps));
  app.get(`${path}.json`, (request: AccountRequest, reply) => list(request, reply, deps));
  app.get(`${path}/:file`, (request: MessageRequest, reply) => fetch(request, reply, deps));
};

const create = (request: AccountRequest, reply: FastifyReply, deps: TwilioRoutesDeps): unknown => {
  const raw = (request.body as { raw: string } | undefined)?.raw ?? '';
  const form = parseForm(raw);
  const accountSid = request.params.account;
  const proceed = (rule?: FaultRule) =>
    admitted(request, deps.admit(request.headers.authorization, accountSid), (account) => {
      const result = readDraft(form, account);
      if (result.kind === 'refused') return refuse(result.refusal);
      const sender = result.draft.from ?? result.draft.messagingServiceSid ?? '';
      if (deps.optOuts.has({ sender, recipient: result.draft.to })) return refuse({ code: 21610 });
      const message = deps.store.add({ accountSid, draft: result.draft, form: raw, ...fateOf(rule) });
      deps.callbacks.plan(message, account.authToken);
      return ok(messageResource(message, progressOf(message, deps.times, message.createdAt)), 201);
    });
  const to = form.get('To') ?? '';
  const from = form.get('From') ?? form.get('MessagingServiceSid') ?? '';
  return answer(reply, { subject: { on: 'create', accountSid, to, from }, proceed }, deps);
};

/** Other rules change the answer only. */
const fateOf = (rule: FaultRule | undefined): { fate?: Fate } => {
  if (rule?.delivery === undefined) return {};
  const { delivery, errorCode } = rule;
  return { fate: errorCode === undefined ? { delivery } : { delivery, errorCode } };
};

const list = (request: AccountRequest, reply: FastifyReply, deps: TwilioRoutesDeps): unknown => {
  const accountSid = request.params.account;
  const query = parseForm(request.url.split('?')[1] ?? '');
  const proceed = () =>
    admitted(request, deps.admit(request.headers.authorization, accountSid), () =>
      ok(listMessages(deps.store, { accountSid, query, now: deps.now() }, deps.times), 200),
    );
  const to = query.get('To') ?? '';
  const from = query.get('From') ?? '';
  return answer(reply, { subject: { on: 'list', accountSid, to, from }, proceed }, deps);
};

const fetch = (request: MessageRequest, reply: FastifyReply, deps: TwilioRoutesDeps): unknown => {
  const accountSid = request.params.account;
  const sid = /^(.+)\.json$/.exec(request.params.file)?.[1];
  const proceed = () =>
    admitted(request, deps.admit(request.headers.authorization, accountSid), () => {
      const message = deps.store.find(sid ?? '');
      if (message?.accountSid !== accountSid) return notFound(request);
      return ok(messageResource(message, progressOf(message, deps.times, deps.now())), 200);
    });
  return answer(reply, { subject: { on: 'fetch', accountSid }, proceed }, deps);
};

const admitted = (request: FastifyRequest, admission: Admission, handle: (account: Caller) => Answer): Answer => {
  switch (admission.kind) {
    case 'admitted':
      return handle(admission.account);
    case 'unauthenticated':
      return refuse({ code: 20003 });
    case 'stranger':
      return notFound(request);
  }
};

/** Synchronous unless a fault rule applies: the hot path has no promise of its own. */
const answer = (
  reply: FastifyReply,
  { subject, proceed }: { subject: FaultSubject; proceed: (rule?: FaultRule) => Answer },
  { faults, counts, closing }: TwilioRoutesDeps,
): unknown => {
  const rule = faults.take(subject);
  const counted = (given: Answer): unknown => {
    if (subject.on === 'create') counts.add(given.countedAs);
    return send(reply, given);
  };
  if (!rule) return counted(proceed());
  return playFault(rule, () => proceed(rule), closing).then((result) => {
    if (result.kind === 'answer') return counted(result.answer);
    if (subject.on === 'create') counts.add('dropped');
    return drop(reply);
  });
};

/** Resets the connection, as a crashed server or a cut line would. */
const drop = (reply: FastifyReply): void => {
  reply.hijack();
  reply.raw.socket?.resetAndDestroy();
};

const ok = (resource: object, status: number): Answer => ({
  status,
  body: JSON.stringify(resource),
  countedAs: String(status),
});

const notFound = (request: FastifyRequest): Answer =>
  refuse({ code: 20404, message: `The requested resource ${request.url.split('?')[0]} was not found` });

const send = (reply: FastifyReply, { status, headers, body }: Answer): FastifyReply =>
  reply
    .code(status)
    .headers({ 'content-type': jsonType, ...headers })
    .send(body);
