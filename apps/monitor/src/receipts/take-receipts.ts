/** `POST /twilio/receipts`: Twilio's status callbacks. No session: Twilio's signature and our own seal stand in for it. */
import fastifyFormbody from '@fastify/formbody';
import { QuailError, type Reach } from '@quailrunner/domain';
import {
  openAuthTokens,
  openReceiptReferences,
  openTaskCache,
  type ReceiptDeps,
  receiptPath,
  recordReceipt,
  type StatusCallback,
} from '@quailrunner/engine';
import { type Ledger, openReceipts } from '@quailrunner/ledger';
import type { Log } from '@quailrunner/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../problem.js';
import { openRefusals, type Refusal } from './refusals.js';

export interface ReceiptOptions {
  readonly encryptionKey: Buffer;
  /** Our address as Twilio sees it. Absent: there are no receipts. */
  readonly publicUrl?: string;
  readonly secrets?: Readonly<Record<string, string>>;
}

interface Deps {
  readonly ledger: Ledger;
  readonly log: Log;
  readonly reach: Reach;
}

export const addReceipts = async (app: FastifyInstance, options: ReceiptOptions, deps: Deps): Promise<void> => {
  app.removeAllContentTypeParsers(); // Fastify's own would take JSON.
  // Pairs, not an object: Twilio's signature is over all of them, and names may repeat.
  await app.register(fastifyFormbody, { parser: (body: string) => ({ pairs: [...new URLSearchParams(body)] }) });
  const { publicUrl } = options;
  if (publicUrl === undefined) {
    app.post(receiptPath, (request, reply) =>
      sendProblem(request, reply, { status: 404, title: 'Receipts are off', detail: 'PUBLIC_URL is not set.' }),
    );
    return;
  }
  const receipts = openReceipts(deps.ledger);
  const taking: ReceiptDeps = {
    ...deps,
    publicUrl,
    receipts,
    references: openReceiptReferences(options.encryptionKey),
    tokensOf: openAuthTokens(options.secrets ?? {}),
    tasks: openTaskCache(deps.ledger),
  };
  const refusals = openRefusals(deps.log);
  app.addHook('onClose', () => receipts.drain());
  app.addHook('onClose', async () => refusals.close());
  app.post(receiptPath, async (request, reply) => {
    const result = await take(readCallback(request), taking);
    if (result.kind === 'recorded') return reply.status(204).send();
    refusals.add(result.reason);
    return answerRefused(result.reason, request, reply);
  });
};

/** A ledger that stays away is told with what was refused: not in a line for each receipt. */
const take = async (
  callback: StatusCallback,
  deps: ReceiptDeps,
): Promise<{ kind: 'recorded' } | { kind: 'refused'; reason: Refusal }> => {
  try {
    return await recordReceipt(callback, deps);
  } catch (fault) {
    if (fault instanceof QuailError && fault.retryable) return { kind: 'refused', reason: 'ledger-away' };
    throw fault;
  }
};

const readCallback = (request: FastifyRequest) => ({
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
  content: 'The form names no message, or no status of it.',
  'ledger-away': 'PostgreSQL is away.',
};

const answerRefused = (reason: Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  sendProblem(request, reply, {
    status: statusOf[reason],
    title: 'This receipt was not taken',
    detail: details[reason],
  });
