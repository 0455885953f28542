/**
 * What Twilio posts to us: `POST /twilio/receipts`, status callbacks, and `POST /twilio/messages`, what recipients write to a
 * sender. No session: Twilio's signature stands in for it.
 */
import fastifyFormbody from '@fastify/formbody';
import { QuailError, type Reach } from '@quailrunner/domain';
import {
  openAuthTokens,
  openContentFaults,
  openReceiptReferences,
  openTaskCache,
  type ReceiptDeps,
  type ReceiptResult,
  type ReplyDeps,
  type ReplyResult,
  receiptPath,
  recordReceipt,
  recordReply,
  replyPath,
  type SignedForm,
} from '@quailrunner/engine';
import { type Ledger, openReceipts } from '@quailrunner/ledger';
import type { Log } from '@quailrunner/telemetry';
import { type CodeTable, messageCodes } from '@quailrunner/twilio';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../problem.js';
import { openRefusals, type Refusal } from './refusals.js';

export interface TwilioOptions {
  readonly encryptionKey: Buffer;
  /** Our address as Twilio sees it. Absent: nothing is taken. */
  readonly publicUrl?: string;
  readonly secrets?: Readonly<Record<string, string>>;
  /** What Twilio's codes mean; ours unless given. */
  readonly codes?: CodeTable;
}

interface Deps {
  readonly ledger: Ledger;
  readonly log: Log;
  readonly reach: Reach;
}

export const addTwilio = async (app: FastifyInstance, options: TwilioOptions, deps: Deps): Promise<void> => {
  app.removeAllContentTypeParsers(); // Fastify's own would take JSON.
  // Pairs, not an object: Twilio's signature is over all of them, and names may repeat.
  await app.register(fastifyFormbody, { parser: (body: string) => ({ pairs: [...new URLSearchParams(body)] }) });
  const { publicUrl, secrets = {} } = options;
  if (publicUrl === undefined) {
    for (const path of [receiptPath, replyPath]) app.post(path, answerOff);
    return;
  }
  const receipts = openReceipts(deps.ledger);
  const taking: ReceiptDeps & ReplyDeps = {
    ...deps,
    publicUrl,
    receipts,
    secrets,
    references: openReceiptReferences(options.encryptionKey),
    tokensOf: openAuthTokens(secrets),
    tasks: openTaskCache(deps.ledger),
    codes: options.codes ?? messageCodes,
    contentFaults: openContentFaults(),
  };
  const refusals = openRefusals(deps.log);
  app.addHook('onClose', () => receipts.drain());
  app.addHook('onClose', async () => refusals.close());
  const answer =
    (record: RecordForm, answerTaken: (reply: FastifyReply) => FastifyReply) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const result = await take(() => record(readForm(request), taking));
      if (result.kind === 'recorded') return answerTaken(reply);
      refusals.add(result.reason);
      return answerRefused(result.reason, request, reply);
    };
  app.post(
    receiptPath,
    answer(recordReceipt, (reply) => reply.status(204).send()),
  );
  app.post(
    replyPath,
    answer(recordReply, (reply) => reply.type('text/xml').send(noReply)),
  );
};

type RecordForm = (form: SignedForm, deps: ReceiptDeps & ReplyDeps) => Promise<ReceiptResult | ReplyResult>;

/** TwiML: Twilio's own answer to the recipient, if any, is enough. */
const noReply = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

const answerOff = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  sendProblem(request, reply, { status: 404, title: 'Nothing of Twilio is taken', detail: 'PUBLIC_URL is not set.' });

/** A ledger that stays away is told with what was refused: not in a line for each post. */
const take = async (
  record: () => Promise<ReceiptResult | ReplyResult>,
): Promise<{ kind: 'recorded' } | { kind: 'refused'; reason: Refusal }> => {
  try {
    return await record();
  } catch (fault) {
    if (fault instanceof QuailError && fault.retryable) return { kind: 'refused', reason: 'ledger-away' };
    throw fault;
  }
};

const readForm = (request: FastifyRequest): SignedForm => ({
  path: request.originalUrl,
  signature: request.headers['x-twilio-signature']?.toString(),
  parameters: (request.body as { pairs?: [string, string][] } | undefined)?.pairs ?? [],
});

const statusOf: Readonly<Record<Refusal, number>> = {
  reference: 403,
  'no-token': 403,
  signature: 403,
  content: 400,
  'ledger-away': 503,
};

const details: Readonly<Record<Refusal, string>> = {
  reference: 'The address is none that we gave to a message.',
  'no-token': "The account's auth token is not known here: set QUAIL_SECRET_TWILIO_AUTH_TOKEN.",
  signature: 'X-Twilio-Signature is not the one of this request under PUBLIC_URL.',
  content: "The form lacks what is told here: a message and its status, or a message's sender and recipient.",
  'ledger-away': 'PostgreSQL is away.',
};

const answerRefused = (reason: Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  sendProblem(request, reply, { status: statusOf[reason], title: 'This was not taken', detail: details[reason] });
