import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as NetServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../test/support/wait-until.js';
import { type Client, openClient } from './index.js';

const loopback = ['127.0.0.0/8'];
const twilioBaseUrl = 'https://api.twilio.com';
const timeoutMs = 5_000;
const openings: (() => void)[] = [];
let client: Client;

beforeEach(() => {
  client = openClient({ allowPrivateTargets: loopback, twilioBaseUrl, connections: 5 });
});

afterEach(async () => {
  for (const close of openings.splice(0)) close();
  await client.close();
});

const portOf = (server: NetServer): number => (server.address() as AddressInfo).port;

/** A server that speaks TCP only; `onRequest` is called when a whole small request has come. */
const listen = async (onRequest: (socket: Socket, connection: number) => void, onOpen = (_: Socket) => {}) => {
  const seen = { connections: 0, requests: 0 };
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    const connection = seen.connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    onOpen(socket);
    socket.on('data', (data) => {
      if (!data.toString().includes('the body')) return;
      seen.requests++;
      onRequest(socket, connection);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  openings.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { seen, server, url: `http://127.0.0.1:${portOf(server)}/hook` };
};

const serve = async (handle: (request: IncomingMessage, response: ServerResponse, body: string) => void) => {
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    handle(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  openings.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { server, url: `http://127.0.0.1:${portOf(server)}/hook` };
};

const requestTo = (url: string) => ({ url, headers: { 'Content-Type': 'text/plain' }, body: 'the body' });
const post = (url: string, ms = timeoutMs) => client.post(requestTo(url), { timeoutMs: ms });
const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
const quiet = () => {};
/** undici frees a connection one turn of the event loop after the answer. */
const connectionFree = () => new Promise(setImmediate);

describe('a POST', () => {
  it('arrives as it was rendered, and its answer comes back whole', async () => {
    const { url } = await serve((request, response, body) => {
      response.setHeader('X-Twice', ['a', 'b']);
      response.writeHead(201).end(JSON.stringify({ body, headers: request.headers, url: request.url, grüße: '👋' }));
    });
    const outcome = await client.post(
      { url: `${url}/a%20b?to=%2B1`, headers: { Authorization: 'Basic eA==' }, body: 'Body=Grüße' },
      { timeoutMs },
    );
    expect(outcome).toMatchObject({ kind: 'answered', status: 201, headers: { 'x-twice': 'a, b' } });
    expect(JSON.parse(outcome.kind === 'answered' ? outcome.body : '')).toMatchObject({
      body: 'Body=Grüße',
      grüße: '👋',
      url: '/hook/a%20b?to=%2B1',
      headers: { authorization: 'Basic eA==', 'user-agent': 'Quailrunner', 'content-length': '12' },
    });
  });

  it('keeps a User-Agent of its own', async () => {
    const { url } = await serve((request, response) => response.end(request.headers['user-agent']));
    const outcome = await client.post({ url, headers: { 'user-agent': 'Mine' }, body: '' }, { timeoutMs });
    expect(outcome).toMatchObject({ body: 'Mine' });
  });

  it('takes a redirect for an answer', async () => {
    const { url } = await serve((_, response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end());
    expect(await post(url)).toMatchObject({ kind: 'answered', status: 307 });
  });

  it('waits for the answer behind an early hint', async () => {
    const { url } = await listen((socket) => socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${ok}`));
    expect(await post(url)).toMatchObject({ kind: 'answered', status: 200 });
  });

  it('reads an answer that ends with its connection', async () => {
    const { url } = await listen((socket) => socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabc'));
    expect(await post(url)).toMatchObject({ kind: 'answered', body: 'abc' });
  });

  it('keeps 64 KiB of an answer and drops the connection of a longer one', async () => {
    let isDropped = false;
    const { url } = await serve((_, response, body) => {
      const bytes = Number(body);
      response.once('close', () => {
        isDropped = !response.writableFinished;
      });
      response.setHeader('content-length', bytes);
      // The longer one never ends.
      if (bytes > 65_536) response.write('x'.repeat(65_537));
      else response.end('x'.repeat(bytes));
    });
    const postBytes = (bytes: number) => client.post({ url, headers: {}, body: `${bytes}` }, { timeoutMs });
    expect(await postBytes(65_536)).toMatchObject({ kind: 'answered', body: 'x'.repeat(65_536) });
    expect(await postBytes(1e9)).toMatchObject({ kind: 'answered', status: 200, body: 'x'.repeat(65_536) });
    await waitUntil(() => isDropped, { what: 'the connection to be dropped' });
  });

  it('goes over a connection that is there already', async () => {
    const { url, seen } = await listen((socket) => socket.write(ok));
    for (let count = 0; count < 20; count++) {
      await post(url);
      await connectionFree();
    }
    expect(seen).toEqual({ connections: 1, requests: 20 });
  });
});

describe('a POST is not sent', () => {
  it.each([
    ['when the port is closed', 'http://127.0.0.1:1/', 'ECONNREFUSED'],
    ['when the name is unknown', 'http://no-such-host.invalid/', 'ENOTFOUND'],
    ['when the URL is none', 'hooks.example.com/path', 'REQUEST_INVALID'],
    ['when the URL is of another kind', 'ftp://hooks.example.com/path', 'REQUEST_INVALID'],
    ['when the URL holds a password', 'https://me:secret@hooks.example.com/path', 'REQUEST_INVALID'],
  ])('%s', async (_, url, code) => {
    const outcome = await post(url);
    expect(outcome).toMatchObject({ kind: 'not-sent', code });
    expect(outcome).not.toMatchObject({ reason: expect.stringContaining('secret') });
  });

  it.each([
    { 'x-a': 'a\r\nb' },
    { 'x a': 'b' },
    { 'x-a': '👋' },
    { 'Content-Length': '3' },
    { 'Transfer-Encoding': 'x' },
  ])('when HTTP has no place for a header: %j', async (headers) => {
    const { url, seen } = await listen(quiet);
    const outcome = await client.post({ url, headers, body: 'the body' }, { timeoutMs });
    expect(outcome).toMatchObject({ kind: 'not-sent', code: 'REQUEST_INVALID' });
    expect(seen.requests).toBe(0);
  });

  it('when no connection becomes free within its time-out', async () => {
    const { url, seen } = await listen(quiet);
    const first = Array.from({ length: 5 }, () => post(url, 400));
    const late = await post(url, 100);
    expect(late).toMatchObject({ kind: 'not-sent', code: 'TIMEOUT' });
    expect((await Promise.all(first)).map(({ kind }) => kind)).toEqual(Array(5).fill('unanswered'));
    expect(seen.requests).toBe(5);
    // The late one had its turn when the others gave up: it was not written then either.
    expect(await post(url, 50)).toMatchObject({ kind: 'unanswered' });
    expect(seen.requests).toBe(6);
  });
});

const reset = (socket: Socket) => socket.resetAndDestroy();
const answer = (text: string) => (socket: Socket) => socket.write(text);

describe('a POST is unanswered, and written once only', () => {
  it.each<[string, (socket: Socket) => unknown, string]>([
    ['when the host closes the connection', (socket) => socket.end(), 'CONNECTION_CLOSED'],
    ['when the host resets the connection', reset, 'ECONNRESET'],
    ['when no answer comes', quiet, 'TIMEOUT'],
    ['when the answer stalls', answer('HTTP/1.1 201 Created\r\ncontent-length: 9\r\n\r\nabc'), 'TIMEOUT'],
    [
      'when the answer breaks off',
      (socket) => socket.end('HTTP/1.1 201 Created\r\ncontent-length: 9\r\n\r\nabc'),
      'CONNECTION_CLOSED',
    ],
    [
      'when an answer in chunks breaks off',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n'),
      'CONNECTION_CLOSED',
    ],
    ['when the answer is not HTTP', answer('hello there\r\n\r\n'), 'MALFORMED_ANSWER'],
    [
      'when the headers are too large',
      answer(`HTTP/1.1 200 OK\r\n${`x-y: ${'z'.repeat(4_000)}\r\n`.repeat(9)}`),
      'MALFORMED_ANSWER',
    ],
    [
      'when the host switches protocols',
      answer('HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      'CONNECTION_CLOSED',
    ],
  ])('%s', async (_, act, code) => {
    const { url, seen } = await listen((socket) => void act(socket));
    expect(await post(url, 300)).toMatchObject({ kind: 'unanswered', code });
    expect(seen).toEqual({ connections: 1, requests: 1 });
  });

  it('when a kept-alive connection is reset as the request arrives', async () => {
    const { url, seen } = await listen((socket) => (seen.requests === 1 ? socket.write(ok) : socket.resetAndDestroy()));
    await post(url);
    await connectionFree();
    expect(await post(url)).toMatchObject({ kind: 'unanswered', code: 'ECONNRESET' });
    expect(seen).toEqual({ connections: 1, requests: 2 });
  });

  it('whenever a kept-alive connection is closed: never written twice, never called not sent after all', async () => {
    for (let round = 0; round < 60; round++) {
      let idle: Socket | undefined;
      const { url, seen } = await listen((socket) => {
        idle ??= socket;
        socket.write(ok);
      });
      await post(url);
      const close = () => [idle?.end(), idle?.destroy(), idle?.resetAndDestroy()].at(round % 3);
      if (round % 2 === 0) setImmediate(close);
      else process.nextTick(close);
      if (round % 5 === 0) await new Promise(setImmediate);
      const { kind } = await post(url);
      expect(seen.requests).toBe(kind === 'not-sent' ? 1 : 2);
    }
  });
});

describe('a signal', () => {
  it('keeps a POST from being sent', async () => {
    const { url, seen } = await listen(quiet);
    const outcome = await client.post(requestTo(url), { timeoutMs, signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ kind: 'not-sent', code: 'ABORTED' });
    expect(seen.requests).toBe(0);
  });

  it('ends a POST whose answer is awaited', async () => {
    const stopping = new AbortController();
    const { url } = await listen(() => stopping.abort());
    const outcome = await client.post(requestTo(url), { timeoutMs, signal: stopping.signal });
    expect(outcome).toMatchObject({ kind: 'unanswered', code: 'ABORTED' });
  });
});

describe('the client', () => {
  it('gives each of many POSTs to a dead host its outcome, and works again when the host does', async () => {
    const { url, server } = await listen((socket) => socket.write(ok));
    const port = portOf(server);
    await new Promise((resolve) => server.close(resolve));
    const dead = await Promise.all(Array.from({ length: 40 }, () => post(url)));
    expect(new Set(dead.map((outcome) => 'code' in outcome && outcome.code))).toEqual(new Set(['ECONNREFUSED']));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const alive = await Promise.all(Array.from({ length: 40 }, () => post(url)));
    expect(new Set(alive.map(({ kind }) => kind))).toEqual(new Set(['answered']));
  });

  it('opens no more connections to an origin than it may', async () => {
    const { url, seen } = await listen((socket) => void setImmediate(() => socket.write(ok)));
    await Promise.all(Array.from({ length: 200 }, () => post(url)));
    expect(seen).toEqual({ connections: 5, requests: 200 });
  });

  it('reaches more hosts than it keeps connections for', async () => {
    for (let port = 1; port <= 210; port++) {
      expect(await post(`http://127.0.0.1:${port}/`)).toMatchObject({ kind: 'not-sent', code: 'ECONNREFUSED' });
    }
  });

  it('closes when what is in progress has ended, and sends nothing more', async () => {
    let finish = () => {};
    const { url, server } = await serve((_, response) => {
      finish = () => response.end('done');
    });
    const outcome = post(url);
    await waitUntil(() => connectionsOf(server).then((count) => count === 1), { what: 'the request to arrive' });
    const closed = client.close();
    expect(await post(url)).toMatchObject({ kind: 'not-sent', code: 'CLIENT_CLOSED' });
    await waitUntil(() => (finish() ?? true) && outcome, { what: 'the answer' });
    expect(await outcome).toMatchObject({ kind: 'answered', body: 'done' });
    await closed;
    await waitUntil(() => connectionsOf(server).then((count) => count === 0), { what: 'connections to be closed' });
  });
});

it('gives up at its deadline what is in progress when it closes', async () => {
  const { url, server } = await serve(() => {});
  const outcome = post(url);
  await waitUntil(() => connectionsOf(server).then((count) => count === 1), { what: 'the request to arrive' });
  await client.close(10);
  expect(await outcome).toMatchObject({ kind: 'unanswered' });
});

const connectionsOf = (server: NetServer): Promise<number> =>
  new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
