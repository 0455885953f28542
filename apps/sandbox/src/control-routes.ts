/** The sandbox's own side: faults on demand, and what it has accepted, for tests and for people. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AnswerCounts } from './count-answers.js';
import { faultRulesSchema } from './fault-rule.js';
import type { FaultRules } from './fault-rules.js';
import { type DeliveryTimes, progressOf } from './message-resource.js';
import type { MessageStore, StoredMessage } from './message-store.js';
import type { OptOuts } from './opt-outs.js';
import { refuseBody } from './refuse-body.js';
import type { StatusCallbacks } from './status-callbacks.js';

export interface ControlRoutesDeps {
  readonly store: MessageStore;
  readonly faults: FaultRules;
  readonly counts: AnswerCounts;
  readonly callbacks: StatusCallbacks;
  readonly optOuts: OptOuts;
  readonly times: DeliveryTimes;
  readonly now: () => number;
}

const messagesQuery = z.strictObject({
  to: z.string().optional(),
  /** The `sequence` of the last message seen: pages stay put while messages arrive. */
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
  summary: z.enum(['0', '1']).default('0'),
});

export const registerControlRoutes = async (app: FastifyInstance, deps: ControlRoutesDeps): Promise<void> => {
  const { store, faults, counts, callbacks, optOuts } = deps;

  app.put('/sandbox/faults', (request, reply) => {
    const parsed = faultRulesSchema.safeParse(request.body);
    if (!parsed.success) return refuseBody(reply, 'these are no fault rules', parsed.error);
    faults.replace(parsed.data.rules);
    return reply.send({ rules: faults.list() });
  });
  app.get('/sandbox/faults', (_request, reply) => reply.send({ rules: faults.list() }));
  app.delete('/sandbox/faults', (_request, reply) => {
    faults.replace([]);
    return reply.code(204).send();
  });

  app.get('/sandbox/messages', (request, reply) => {
    const parsed = messagesQuery.safeParse(request.query);
    if (!parsed.success) return refuseBody(reply, 'this query is not understood', parsed.error);
    const { to, after, limit, summary } = parsed.data;
    if (summary === '1') return reply.send(summarise(deps));
    const messages = sliceAfter(store.all(to), after, limit);
    const last = messages.at(-1);
    return reply.send({
      messages: messages.map((message) => describe(message, deps)),
      next: last && messages.length === limit ? last.sequence : null,
    });
  });
  app.delete('/sandbox/messages', (_request, reply) => {
    store.clear();
    counts.clear();
    callbacks.clear();
    optOuts.clear();
    return reply.code(204).send();
  });
};

/** `most` above 1 means that somebody got more than one message. */
const summarise = ({ store, counts, callbacks }: ControlRoutesDeps) => ({
  total: store.all().length,
  recipients: store.recipientCount,
  most: store.mostToOne,
  answers: counts.read(),
  callbacks: callbacks.counts(),
});

const describe = (message: StoredMessage, { times, now }: ControlRoutesDeps) => {
  const { form, createdAt, ...fields } = message;
  const { status } = progressOf(message, times, now());
  return {
    ...fields,
    status,
    createdAt: new Date(createdAt).toISOString(),
    parameters: [...new URLSearchParams(form)],
  };
};

/** Sequences grow along the list, so the place is found by halving. */
const sliceAfter = (messages: readonly StoredMessage[], after: number, limit: number): readonly StoredMessage[] => {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((messages[middle]?.sequence ?? 0) > after) high = middle;
    else low = middle + 1;
  }
  return messages.slice(low, low + limit);
};
