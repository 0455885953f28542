/**
 * Calls beside the hot path: the look-up of a message at Twilio, an alert, a callback of the sandbox. Go through the same rewriting
 * and the same target guard as the POST of the hot path.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type Outcome, QuailError } from '@quailrunner/domain';
import { type CancelableRequest, got, RequestError, type Response } from 'got';
import { nameFault } from './name-fault.js';
import type { ClientOptions } from './open-client.js';
import { targetResolver } from './resolve-target.js';
import { guardTargets } from './target-guard.js';

/**
 * Each call is one request: no retry and no redirect. Any status is an answer; what isn't an answer is an outcome too, so
 * none rejects. A body of more than 16 MiB is a fault.
 */
export interface ApiClient {
  /** Asks for JSON and returns the body as text. */
  getJson(url: string, options: CallOptions): Promise<Outcome>;
  /** Posts a form. */
  postForm(url: string, options: CallOptions & { readonly form: FormFields }): Promise<Outcome>;
  /** Posts JSON. */
  postJson(url: string, options: CallOptions & { readonly json: unknown }): Promise<Outcome>;
  /** Closes all connections; what is still in progress ends without an answer. */
  close(): Promise<void>;
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export type FormFields = readonly (readonly [name: string, value: string])[];

/** A page of 1,000 messages of Twilio's is about 2 MiB. */
const maxBodyBytes = 16 * 1_024 * 1_024;

const client = got.extend({
  headers: { 'user-agent': 'Quailrunner' },
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
  const call = async (requestUrl: string, timeoutMs: number, request: CallRequest): Promise<Outcome> => {
    const startedAt = performance.now();
    try {
      const target = resolveTarget(requestUrl);
      if (!target.trusted) guard.checkLiteral(target.hostname);
      const agent = target.trusted ? trusting : guarding;
      const url = target.origin + target.path;
      return toAnswer(await ask(url, { ...request, agent, timeout: { request: timeoutMs } }), startedAt);
    } catch (fault) {
      return { kind: wasSent(fault) ? 'unanswered' : 'not-sent', ...nameFault(fault), durationMs: since(startedAt) };
    }
  };
  return {
    getJson: (url, { headers, timeoutMs }) =>
      call(url, timeoutMs, { method: 'GET', headers: { accept: 'application/json', ...headers } }),
    postForm: (url, { headers, form, timeoutMs }) =>
      call(url, timeoutMs, {
        method: 'POST',
        headers: { accept: '*/*', 'content-type': formType, ...headers },
        body: encodeForm(form),
      }),
    postJson: (url, { headers, json, timeoutMs }) =>
      call(url, timeoutMs, {
        method: 'POST',
        headers: { accept: '*/*', 'content-type': 'application/json', ...headers },
        body: JSON.stringify(json),
      }),
    close: async () => {
      for (const agent of [trusting, guarding].flatMap(({ http, https }) => [http, https])) agent.destroy();
    },
  };
};

const formType = 'application/x-www-form-urlencoded; charset=UTF-8';

const encodeForm = (form: FormFields): string =>
  new URLSearchParams(form.map(([name, value]): [string, string] => [name, value])).toString();

interface CallRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const openAgents = (options: ConstructorParameters<typeof HttpAgent>[0]) => ({
  http: new HttpAgent({ keepAlive: true, ...options }),
  https: new HttpsAgent({ keepAlive: true, ...options }),
});

const ask = async (url: string, options: object): Promise<Response<string>> => {
  const request = client(url, options) as CancelableRequest<Response<string>>;
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
