import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiClient, openApiClient } from './index.js';

let server: Server;
let url: string;
let requests: string[];
let bodies: string[];
let answer: (response: ServerResponse) => void;
let client: ApiClient;

beforeEach(async () => {
  requests = [];
  bodies = [];
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.accept} ${request.headers.authorization}`);
    request.setEncoding('utf8').on('data', (text: string) => void bodies.push(text));
    request.on('end', () => answer(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = openApiClient({ allowPrivateTargets: [], twilioBaseUrl: url });
});

afterEach(async () => {
  await client.close();
  server.close();
  server.closeAllConnections();
});

const get = (timeoutMs = 5_000, target = 'https://api.twilio.com') =>
  client.getJson(`${target}/Messages.json?To=%2B1`, { headers: { authorization: 'Basic eA==' }, timeoutMs });

describe('a look-up', () => {
  it.each([200, 307, 401, 429, 500])('answered with %i is one request and an answer', async (status) => {
    answer = (response) => response.writeHead(status, { 'Retry-After': '3', location: '/' }).end('{"messages":[]}');
    expect(await get()).toMatchObject({
      kind: 'answered',
      status,
      headers: { 'retry-after': '3' },
      body: '{"messages":[]}',
    });
    expect(requests).toEqual(['GET /Messages.json?To=%2B1 application/json Basic eA==']);
  });

  it('ends at its time-out', async () => {
    answer = () => {};
    expect(await get(100)).toMatchObject({ kind: 'unanswered', code: 'ETIMEDOUT' });
    answer = (response) => response.write('{');
    expect(await get(100)).toMatchObject({ kind: 'unanswered', code: 'ETIMEDOUT' });
  });

  it('is unanswered when the answer breaks off', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('{', () => response.destroy());
    };
    expect(await get()).toMatchObject({ kind: 'unanswered', code: 'ECONNRESET' });
    expect(requests).toHaveLength(1);
  });

  it('reads no answer without an end', async () => {
    const chunk = 'x'.repeat(1_024 * 1_024);
    answer = (response) => {
      const write = (): void => {
        if (!response.destroyed) response.write(chunk, write);
      };
      write();
    };
    expect(await get(20_000)).toMatchObject({ kind: 'unanswered', code: 'ANSWER_TOO_LARGE' });
  });

  it('is not sent to a private address, nor to a dead one', async () => {
    expect(await get(5_000, url)).toMatchObject({ kind: 'not-sent', code: 'TARGET_NOT_ALLOWED' });
    expect(await get(5_000, url.replace('127.0.0.1', 'localhost'))).toMatchObject({
      kind: 'not-sent',
      code: 'TARGET_NOT_ALLOWED',
    });
    expect(await get(5_000, 'http://no-such-host.invalid')).toMatchObject({ kind: 'not-sent', code: 'ENOTFOUND' });
    expect(await get(5_000, 'nonsense')).toMatchObject({ kind: 'not-sent', code: 'REQUEST_INVALID' });
    expect(requests).toEqual([]);
  });

  it('may be made to a private address that the operator listed', async () => {
    answer = (response) => response.end('{}');
    const allowing = openApiClient({ allowPrivateTargets: ['127.0.0.0/8'], twilioBaseUrl: 'https://api.twilio.com' });
    expect(await allowing.getJson(url, { timeoutMs: 5_000 })).toMatchObject({ kind: 'answered', body: '{}' });
    await allowing.close();
  });
});

describe('a form that is posted', () => {
  const form = [
    ['To', '+15005550010'],
    ['Body', 'a b&c=é'],
  ] as const;
  const post = (timeoutMs = 5_000, target = 'https://api.twilio.com') =>
    client.postForm(`${target}/receipts?run=r%201&sig=a+b%3D`, { headers: { authorization: 'x' }, form, timeoutMs });

  it.each([200, 302, 404, 503])('is one request, whose URL is kept, when it is answered with %i', async (status) => {
    answer = (response) => response.writeHead(status, { location: '/' }).end('noted');
    expect(await post()).toMatchObject({ kind: 'answered', status, body: 'noted' });
    expect(requests).toEqual(['POST /receipts?run=r%201&sig=a+b%3D */* x']);
    expect(bodies).toEqual(['To=%2B15005550010&Body=a+b%26c%3D%C3%A9']);
  });

  it('is unanswered at its time-out, and not sent where nobody listens', async () => {
    answer = () => {};
    expect(await post(100)).toMatchObject({ kind: 'unanswered', code: 'ETIMEDOUT' });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await post()).toMatchObject({ kind: 'not-sent', code: 'ECONNREFUSED' });
  });

  it('goes to no private address that the operator did not list', async () => {
    expect(await post(5_000, url)).toMatchObject({ kind: 'not-sent', code: 'TARGET_NOT_ALLOWED' });
    expect(requests).toEqual([]);
  });
});
