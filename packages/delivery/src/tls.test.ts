import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openClient } from './index.js';

const client = openClient({ allowPrivateTargets: ['127.0.0.0/8'], twilioBaseUrl: 'https://api.twilio.com' });
const openings: Server[] = [];

afterEach(() => {
  for (const server of openings.splice(0)) server.close();
});

const postTo = async (server: Server, timeoutMs = 5_000) => {
  openings.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
  return client.post({ url, headers: {}, body: 'the body' }, { timeoutMs });
};

describe('a POST over TLS is not sent', () => {
  it('when the certificate is not to be trusted', async () => {
    const requests: unknown[] = [];
    const outcome = await postTo(createTlsServer({ key, cert }, (request) => requests.push(request)));
    expect(outcome).toMatchObject({ kind: 'not-sent', code: expect.stringContaining('CERT') });
    expect(requests).toEqual([]);
  });

  it('when the host does not speak TLS', async () => {
    const outcome = await postTo(createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    expect(outcome).toMatchObject({
      kind: 'not-sent',
      code: 'ERR_SSL_WRONG_VERSION_NUMBER',
      reason: 'wrong version number',
    });
  });

  it('when the host hangs up during the handshake', async () => {
    const outcome = await postTo(createServer((socket) => socket.once('data', () => socket.end())));
    expect(outcome).toMatchObject({ kind: 'not-sent', code: 'ECONNRESET' });
  });

  it('when the handshake never ends', async () => {
    const outcome = await postTo(createServer(), 100);
    expect(outcome).toMatchObject({ kind: 'not-sent', code: 'TIMEOUT', reason: 'no connection within 100 ms' });
  });
});

/** Made for this test, for `elsewhere.example`, signed by itself: worth nothing anywhere. */
const key = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIJ7GqaAnS3Lp1tS42W+/DcmAge8hSJKbRxvjoq7Cl8HloAoGCCqGSM49
AwEHoUQDQgAE7ME5Z9IPRGZwLtvlaXrI9pqTXoB4odRRf/Q6N6N4NGu10Aw4gVtX
xIrDyAy+yCvrRgXi4rXjHWWzZNJ2Lqk5TQ==
-----END EC PRIVATE KEY-----`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBrTCCAVOgAwIBAgIUde0siXQQjdVjhbVyhp5DBCeT04MwCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRZWxzZXdoZXJlLmV4YW1wbGUwIBcNMjYxMTIzMjI1MDI3WhgP
MjEyNjEwMzAyMjUwMjdaMBwxGjAYBgNVBAMMEWVsc2V3aGVyZS5leGFtcGxlMFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7ME5Z9IPRGZwLtvlaXrI9pqTXoB4odRR
f/Q6N6N4NGu10Aw4gVtXxIrDyAy+yCvrRgXi4rXjHWWzZNJ2Lqk5TaNxMG8wHQYD
VR0OBBYEFOIt+ovybw6jfqlOQKjJuye9aFJLMB8GA1UdIwQYMBaAFOIt+ovybw6j
fqlOQKjJuye9aFJLMA8GA1UdEwEB/wQFMAMBAf8wHAYDVR0RBBUwE4IRZWxzZXdo
ZXJlLmV4YW1wbGUwCgYIKoZIzj0EAwIDSAAwRQIgNlFQOBeTueQUrNVHTGy0TN85
AJ35CRkwh0tIuyt0MEkCIQD/rBrqWjyTMHuI1Mao4l3AFq8eVADTlNd0udNAsyRh
Gg==
-----END CERTIFICATE-----`;
