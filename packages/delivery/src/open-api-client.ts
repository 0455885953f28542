/**
 * Calls to APIs beside the hot path, such as the look-up of a message at Twilio: GET only, so that one that is repeated or
 * cut off does no harm. Goes through the same rewriting and the same target guard as the POST of the hot path.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type Outcome, QuailError } from '@quailrunner/domain';
import { got, RequestError, type Response } from 'got';
import { nameFault } from './name-fault.js';
import type { ClientOptions } from './open-client.js';
import { targetResolver } from './resolve-target.js';
import { guardTargets } from './target-guard.js';

export interface ApiClient {
  /**
   * Asks for JSON and returns the body as text. One request: no retry and no redirect. Any status is an answer; what isn't
   * an answer is an outcome too, so it never rejects. A body of more than 16 MiB is a fault.
   */
  getJson(
    url: string,
    options: { readonly headers?: Readonly<Record<string, string>>; readonly timeoutMs: number },
  ): Promise<Outcome>;
  /** Closes all connections; what is still in progress ends without an answer. */
  close(): Promise<void>;
}

/** A page of 1,000 messages of Twilio's is about 2 MiB. */
const maxBodyBytes = 16 * 1_024 * 1_024;

const client = got.extend({
  headers: { accept: 'application/json', 'user-agent': 'Quailrunner' },
  retry: { limit: 0 },
  followRedirect: false,
  throwHttpErrors: false,
  decompress: false,
});

export const openApiClient = ({
  allowPrivateTargets,
  twilioBaseUrl,
}: Omit<ClientOptions, 'connections'>): ApiClient => {
  const resolveTarget = targetResolver(twilioBaseUrl);
  const guard = guardTargets(allowPrivateTargets);
  const trusting = openAgents({});
  const guarding = openAgents({ lookup: guard.lookup });
  return {
    getJson: async (requestUrl, { headers = {}, timeoutMs }) => {
      const startedAt = performance.now();
      try {
        const target = resolveTarget(requestUrl);
        if (!target.trusted) guard.checkLiteral(target.hostname);
        const agent = target.trusted ? trusting : guarding;
        const url = target.origin + target.path;
        return toAnswer(await get(url, { headers, agent, timeout: { request: timeoutMs } }), startedAt);
      } catch (fault) {
        return { kind: wasSent(fault) ? 'unanswered' : 'not-sent', ...nameFault(fault), durationMs: since(startedAt) };
      }
    },
    close: async () => {
      for (const agent of [trusting, guarding].flatMap(({ http, https }) => [http, https])) agent.destroy();
    },
  };
};

const openAgents = (options: ConstructorParameters<typeof HttpAgent>[0]) => ({
  http: new HttpAgent({ keepAlive: true, ...options }),
  https: new HttpsAgent({ keepAlive: true, ...options }),
});

const get = async (url: string, options: object): Promise<Response<string>> => {
  const request = client.get(url, options);
  let isTooLarge = false;
  request.on('downloadProgress', ({ transferred }) => {
    if (transferred <= maxBodyBytes || isTooLarge) return;
    isTooLarge = true;
    request.cancel();
  });
  try {
    return await request;
  } catch (fault) {
    throw isTooLarge ? new QuailError('ANSWER_TOO_LARGE', `the answer is larger than ${maxBodyBytes} bytes`) : fault;
  }
};

/** Before the connection stood, nothing can have been sent. */
const wasSent = (fault: unknown): boolean => {
  if (!(fault instanceof RequestError)) return fault instanceof QuailError && fault.code === 'ANSWER_TOO_LARGE';
  const isTls = fault.options.url instanceof URL && fault.options.url.protocol === 'https:';
  return (isTls ? fault.timings?.secureConnect : fault.timings?.connect) !== undefined;
};

const toAnswer = ({ statusCode, headers, body }: Response<string>, startedAt: number): Outcome => ({
  kind: 'answered',
  status: statusCode,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')])),
  body,
  durationMs: since(startedAt),
});

const since = (startedAt: number): number => performance.now() - startedAt;
