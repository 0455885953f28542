/**
 * `POST /sandbox/replies`: a recipient writes back. STOP and START are heeded as Twilio does by default, and the message is
 * told to a webhook, signed as Twilio signs it, where one is named.
 */
import type { ApiClient } from '@quailrunner/delivery';
import { twilioSignature } from '@quailrunner/twilio';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { generateSid, type SandboxAccount } from './accounts.js';
import { type CallbackScope, mayCallBack } from './callback-target.js';
import type { OptOuts } from './opt-outs.js';
import { refuseBody } from './refuse-body.js';

export interface ReplyRoutesDeps extends CallbackScope {
  readonly accounts: readonly SandboxAccount[];
  readonly optOuts: OptOuts;
  readonly client: Pick<ApiClient, 'postForm'>;
}

const reply = z.strictObject({
  /** Who writes. */
  from: z.string().min(1),
  /** To which sender. */
  to: z.string().min(1),
  body: z.string().max(1_600),
  /** The messaging service that the sender belongs to. */
  messagingServiceSid: z.string().optional(),
  /** The webhook to tell. */
  url: z.url({ protocol: /^https?$/ }).optional(),
});

type Reply = z.infer<typeof reply>;

const timeoutMs = 15_000;

export const registerReplyRoutes = async (app: FastifyInstance, deps: ReplyRoutesDeps): Promise<void> => {
  app.post('/sandbox/replies', async (request, answer) => {
    const parsed = reply.safeParse(request.body);
    if (!parsed.success) return refuseBody(answer, 'this is no reply', parsed.error);
    const { from, to, body, messagingServiceSid, url } = parsed.data;
    if (url !== undefined && !mayCallBack(url, deps)) {
      return answer.code(400).send({ error: 'the sandbox does not call this address', problems: [] });
    }
    const senders = [to, messagingServiceSid].filter((sender) => sender !== undefined);
    const [asks] = senders.map((sender) => deps.optOuts.hear({ sender, recipient: from }, body));
    const status = url === undefined ? undefined : await tell(parsed.data, url, asks, deps);
    return answer.send({ asks: asks ?? null, status: status ?? null });
  });
};

/** The HTTP status of the answer; `undefined` where there was none. */
const tell = async (
  { from, to, body, messagingServiceSid }: Reply,
  url: string,
  asks: 'stop' | 'start' | undefined,
  { accounts: [account], client }: ReplyRoutesDeps,
): Promise<number | undefined> => {
  if (account === undefined) return undefined;
  const sid = generateSid('SM');
  const form: [string, string][] = [
    ['ApiVersion', '2010-04-01'],
    ['SmsSid', sid],
    ['MessageSid', sid],
    ['AccountSid', account.sid],
    ['From', from],
    ['To', to],
    ['Body', body],
    ['NumMedia', '0'],
    ['NumSegments', '1'],
  ];
  if (messagingServiceSid !== undefined) form.push(['MessagingServiceSid', messagingServiceSid]);
  if (asks !== undefined) form.push(['OptOutType', asks.toUpperCase()]);
  const signature = twilioSignature({ authToken: account.authToken, url, params: form });
  const headers = { 'user-agent': 'TwilioProxy/1.1', 'x-twilio-signature': signature };
  const outcome = await client.postForm(url, { headers, form, timeoutMs });
  return outcome.kind === 'answered' ? outcome.status : undefined;
};
