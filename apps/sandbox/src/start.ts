/**
 * Sandbox: answers as Twilio's Messages API does, keeps what it accepted and shows it, and calls back as Twilio does. No
 * message is sent to anybody. Messages live in memory and end with the process.
 */
import { setMaxListeners } from 'node:events';
import type { AddressInfo } from 'node:net';
import { openApiClient } from '@quailrunner/delivery';
import { describeFault, type Log } from '@quailrunner/telemetry';
import { type FastifyError, type FastifyInstance, fastify } from 'fastify';
import { generateAccount, openAccounts, type SandboxAccount } from './accounts.js';
import { registerControlRoutes } from './control-routes.js';
import { openAnswerCounts } from './count-answers.js';
import { openFaultRules } from './fault-rules.js';
import type { DeliveryTimes } from './message-resource.js';
import { openMessageStore } from './message-store.js';
import { openOptOuts } from './opt-outs.js';
import { registerPageRoutes } from './page-routes.js';
import { registerReplyRoutes } from './reply-routes.js';
import { openStatusCallbacks } from './status-callbacks.js';
import { registerTwilioRoutes } from './twilio-routes.js';

export interface SandboxOptions {
  /** 127.0.0.1 unless set. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The accounts that may call; one is generated when absent. */
  readonly accounts?: readonly SandboxAccount[];
  /** Also takes any other account sid, with any password that isn't empty. */
  readonly anyCredentials?: boolean;
  /** The address others reach it under, where that is not host and port. */
  readonly publicBaseUrl?: string;
  /** When messages are sent and delivered, and so when their status callbacks are due. */
  readonly times?: DeliveryTimes;
  /** The origin beside this machine's own that status callbacks may go to, as an absolute URL; its path is ignored. */
  readonly callbackOrigin?: string;
  /** Signs the callbacks of accounts whose own token is not known: those that come with an API key. */
  readonly callbackAuthToken?: string;
}

export interface SandboxDeps {
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** In [0, 1): draws for fault rules with a `rate`. */
  readonly random?: () => number;
}

export interface Sandbox {
  /** Without a slash at the end: what QUAIL_TWILIO_BASE_URL wants. */
  readonly url: string;
  readonly accounts: readonly SandboxAccount[];
  /** Ends waiting answers and callbacks too. */
  close(): Promise<void>;
}

const usualTimes: DeliveryTimes = { sentAfterMs: 400, deliveredAfterMs: 1_500 };

/** Callbacks go to addresses of the operator's own, so private ones are fine; which ones `mayCallBack` says. */
const callbackTargets = { allowPrivateTargets: ['0.0.0.0/0', '::/0'], twilioBaseUrl: 'https://api.twilio.com' };

export const startSandbox = async (options: SandboxOptions, deps: SandboxDeps): Promise<Sandbox> => {
  const accounts = options.accounts ?? [generateAccount()];
  const now = deps.now ?? Date.now;
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // As many as there are answers that wait.
  const app = fastify({ forceCloseConnections: true });
  let url = '';
  const times = options.times ?? usualTimes;
  const faults = openFaultRules(deps.random ?? Math.random);
  const client = openApiClient(callbackTargets);
  const callbacks = openStatusCallbacks({ ...options, client, faults, times, now });
  const shared = {
    admit: openAccounts({ ...options, accounts, anyCredentials: options.anyCredentials ?? false }),
    store: openMessageStore(now),
    faults,
    counts: openAnswerCounts(),
    callbacks,
    client,
    accounts,
    optOuts: openOptOuts(),
    times,
    now,
    closing: closing.signal,
    log: deps.log,
    baseUrl: () => url,
  };
  handleErrors(app, deps.log);
  await app.register((scope) => registerTwilioRoutes(scope, shared), { prefix: '/2010-04-01' });
  await app.register((scope) => registerControlRoutes(scope, shared));
  await app.register((scope) => registerReplyRoutes(scope, { ...options, ...shared }));
  await app.register((scope) => registerPageRoutes(scope, shared));
  await app.listen({ host: options.host ?? '127.0.0.1', port: options.port });
  url = options.publicBaseUrl?.replace(/\/$/, '') ?? urlOf(app.server.address() as AddressInfo);
  return {
    url,
    accounts,
    close: async () => {
      closing.abort();
      await Promise.all([app.close(), callbacks.close()]);
    },
  };
};

const urlOf = ({ address, family, port }: AddressInfo): string =>
  `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;

/** A client's mistake is told to the client; a fault of ours is told to the log, without what was asked for. */
const handleErrors = (app: FastifyInstance, log: Log): void => {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send({ error: error.message });
    log.emit('request.failed', { route: request.routeOptions.url ?? '', ...describeFault(error) });
    return reply.code(status).send({ error: 'the sandbox failed on this request; its log says more' });
  });
};
