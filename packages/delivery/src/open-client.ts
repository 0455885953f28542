/**
 * Send: the POST of the hot path. render → **send** → record. Each request is written at most once, no redirect is
 * followed, and whatever happens is an outcome, not an exception.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '@quailrunner/domain';
import { Exchange } from './exchange.js';
import { nameFault } from './name-fault.js';
import { type OriginPool, openPools } from './open-pools.js';
import { type Target, targetResolver } from './resolve-target.js';
import { guardTargets } from './target-guard.js';

export interface ClientOptions {
  /** CIDRs of private addresses that may be reached. */
  readonly allowPrivateTargets: readonly string[];
  /** Where requests to Twilio's API really go; no private-target check there unless it is Twilio's own origin. */
  readonly twilioBaseUrl: string;
  /** At most so many connections to an origin; further requests wait, and the wait counts against their deadline. */
  readonly connections?: number;
}

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface PostOptions {
  /** Deadline of the whole POST: connection, request and answer. */
  readonly timeoutMs: number;
  /** By the clock, in ms since the epoch: a request whose first byte has not left by then is not sent any more (TOO_LATE). */
  readonly leaveBefore?: number;
  readonly signal?: AbortSignal;
}

export interface Client {
  /** `not-sent` only when certainly no byte of the request left. Never rejects. */
  post(request: PostRequest, options: PostOptions): Promise<Outcome>;
  /** Takes no more requests, gives those in progress so long (without a limit unless set), and closes all connections. */
  close(patienceMs?: number): Promise<void>;
}

interface Gate {
  inFlight: number;
  isClosing: boolean;
  onIdle: () => void;
}

export const openClient = ({ allowPrivateTargets, twilioBaseUrl, connections = 50 }: ClientOptions): Client => {
  const resolveTarget = targetResolver(twilioBaseUrl);
  const pools = openPools(connections, guardTargets(allowPrivateTargets));
  const gate: Gate = { inFlight: 0, isClosing: false, onIdle: () => {} };

  const post = (request: PostRequest, options: PostOptions): Promise<Outcome> => {
    if (gate.isClosing) return Promise.resolve(notSent({ code: 'CLIENT_CLOSED', reason: 'the client is closing' }));
    if (options.signal?.aborted)
      return Promise.resolve(notSent({ code: 'ABORTED', reason: 'given up before it began' }));
    try {
      const target = resolveTarget(request.url);
      return send(request, options, { target, origin: pools.of(target), gate });
    } catch (fault) {
      return Promise.resolve(notSent(nameFault(fault)));
    }
  };

  return {
    post,
    close: async (patienceMs) => {
      gate.isClosing = true;
      const isIdle = new Promise<void>((resolve) => {
        if (gate.inFlight === 0) resolve();
        else gate.onIdle = resolve;
      });
      const limit = patienceMs === undefined ? undefined : sleep(patienceMs, undefined, { ref: false });
      await Promise.race([isIdle, limit ?? isIdle]);
      await pools.close();
    },
  };
};

const notSent = ({ code, reason }: { code: string; reason: string }): Outcome => ({
  kind: 'not-sent',
  code,
  reason,
  durationMs: 0,
});

interface Way {
  readonly target: Target;
  readonly origin: OriginPool;
  readonly gate: Gate;
}

const send = (request: PostRequest, options: PostOptions, { target, origin, gate }: Way): Promise<Outcome> =>
  new Promise((resolve) => {
    origin.inFlight++;
    gate.inFlight++;
    const exchange = new Exchange(options, (outcome) => {
      origin.inFlight--;
      gate.inFlight--;
      options.signal?.removeEventListener('abort', onAbort);
      resolve(outcome);
      if (gate.inFlight === 0) gate.onIdle();
    });
    const onAbort = (): void => exchange.giveUp('ABORTED', 'before the sender gave up');
    options.signal?.addEventListener('abort', onAbort);
    const headers = withUserAgent(request.headers);
    origin.pool.dispatch({ method: 'POST', path: target.path, headers, body: request.body }, exchange);
  });

const withUserAgent = (headers: Readonly<Record<string, string>>): Record<string, string> => {
  for (const name in headers) if (name.length === 10 && name.toLowerCase() === 'user-agent') return headers;
  return { 'User-Agent': 'Quailrunner', ...headers };
};
