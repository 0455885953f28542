import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openClient } from './index.js';
import { privateKindOf } from './private-addresses.js';
import { guardTargets } from './target-guard.js';

let server: Server;
let local: string;
const requests: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(`${request.headers.host}${request.url}`);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  local = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const twilioBaseUrl = 'https://api.twilio.com';

const postTo = async (url: string, options: { allow?: string[]; twilioBaseUrl?: string } = {}) => {
  const allowPrivateTargets = options.allow ?? [];
  const client = openClient({ allowPrivateTargets, twilioBaseUrl: options.twilioBaseUrl ?? twilioBaseUrl });
  try {
    return await client.post({ url, headers: {}, body: '' }, { timeoutMs: 5_000 });
  } finally {
    await client.close();
  }
};

describe('an address', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['10.0.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['fd12:3456::1', 'private'],
    ['169.254.169.254', 'link-local'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['100.100.100.200', 'carrier-grade NAT'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['0.0.0.0', 'reserved'],
    ['::', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['2002:7f00:1::', 'reserved'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:a9fe:a9fe', 'link-local'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b::a9fe:a9fe', 'link-local'],
  ])('%s is %s', (address, kind) => {
    expect(privateKindOf(address)).toBe(kind);
  });

  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'])(
    '%s is public',
    (address) => {
      expect(privateKindOf(address)).toBeUndefined();
    },
  );
});

describe('the guard', () => {
  it.each(['127.0.0.1', '127.1', '0x7f000001', '2130706433', '[::ffff:127.0.0.1]', '[::1]', 'localhost'])(
    'sends nothing to %s',
    async (host) => {
      requests.length = 0;
      const outcome = await postTo(`http://${host}:${local.split(':')[1]}/`);
      expect(outcome).toMatchObject({
        kind: 'not-sent',
        code: 'TARGET_NOT_ALLOWED',
        reason: expect.stringMatching(/has a .*loopback address.*QUAIL_ALLOW_PRIVATE_TARGETS/),
      });
      expect(requests).toEqual([]);
    },
  );

  it('lets through what the operator listed, and nothing else', async () => {
    expect(await postTo(`http://${local}/`, { allow: ['127.0.0.1/32'] })).toMatchObject({ kind: 'answered' });
    expect(await postTo(`http://${local}/`, { allow: ['127.0.0.2/32', 'fd00::/8'] })).toMatchObject({
      code: 'TARGET_NOT_ALLOWED',
    });
  });

  it('looks a name up once, and hands on only the addresses that may be reached', async () => {
    const { lookup } = guardTargets(['127.0.0.0/8']);
    const addresses = await new Promise((resolve, reject) =>
      lookup('localhost', { all: true }, (error, found) => (error ? reject(error) : resolve(found))),
    );
    expect(addresses).toEqual([{ address: '127.0.0.1', family: 4 }]);
  });
});

describe("a request to Twilio's API", () => {
  it.each([
    'https://api.twilio.com',
    'https://api.dublin.ie1.twilio.com',
    'http://API.twilio.com.',
    'https://api.twilio.com:8443',
  ])('to %s goes to where the operator sends it, wherever that is', async (origin) => {
    requests.length = 0;
    const outcome = await postTo(`${origin}/2010-04-01/Accounts/AC1/Messages.json?a=b`, {
      twilioBaseUrl: `http://${local}`,
    });
    expect(outcome).toMatchObject({ kind: 'answered', status: 200 });
    expect(requests).toEqual([`${local}/2010-04-01/Accounts/AC1/Messages.json?a=b`]);
  });

  it('opens no way to the same origin for an action that names it itself', async () => {
    const client = openClient({ allowPrivateTargets: [], twilioBaseUrl: `http://${local}` });
    const post = (url: string) => client.post({ url, headers: {}, body: '' }, { timeoutMs: 5_000 });
    expect(await post('https://api.twilio.com/')).toMatchObject({ kind: 'answered' });
    expect(await post(`http://${local}/`)).toMatchObject({ kind: 'not-sent', code: 'TARGET_NOT_ALLOWED' });
    expect(await post('https://api.twilio.com.example.invalid/')).toMatchObject({ code: 'ENOTFOUND' });
    await client.close();
  });
});
