/** `POST /twilio/receipts`: Twilio's status callbacks. No session: Twilio's signature and our own seal stand in for it. */
import fastifyFormbody from '@fastify/formbody';
import type { Reach } from '@quailrunner/domain';
import {
  openAuthTokens,
  openReceiptReferences,
  openTaskCache,
  type ReceiptDeps,
  type ReceiptResult,
  receiptPath,
  recordReceipt,
} from '@quailrunner/engine';
import { type Ledger, openReceipts } from '@quailrunner/ledger';
import type { Log } from '@quailrunner/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../problem.js';
import { openRefusals } from './refusals.js';

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
  const refusals = openRefusals(deps.log, Date.now);
  app.addHook('onClose', () => receipts.drain());
  app.post(receiptPath, async (request, reply) => {
    const result = await recordReceipt(readCallback(request), taking);
    if (result.kind === 'recorded') return reply.status(204).send();
    refusals.add(result.reason);
    return answerRefused(result.reason, request, reply);
  });
};

const readCallback = (request: FastifyRequest) => ({
  path: request.originalUrl,
  signature: request.headers['x-twilio-signature']?.toString(),
  parameters: (request.body as { pairs?: [string, string][] } | undefined)?.pairs ?? [],
});

type Reason = Extract<ReceiptResult, { kind: 'refused' }>['reason'];

const details: Readonly<Record<Reason, string>> = {
  reference: 'The address is none that we gave to a message.',
  'no-token': "The account's auth token is not known here: set QUAIL_SECRET_TWILIO_AUTH_TOKEN.",
  signature: 'X-Twilio-Signature is not the one of this request under PUBLIC_URL.',
  content: 'The form names no message, or no status of it.',
};

const answerRefused = (reason: Reason, request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  reason === 'content'
    ? sendProblem(request, reply, { status: 400, title: 'This is no receipt', detail: details[reason] })
    : sendProblem(request, reply, { status: 403, title: 'This receipt was not taken', detail: details[reason] });
