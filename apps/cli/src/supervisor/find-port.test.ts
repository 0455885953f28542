import { createServer, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { findPort } from './find-port.js';

const host = '127.0.0.1';
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const takePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    servers.push(server);
    server.listen(0, host, () => resolve((server.address() as { port: number }).port));
  });

it('takes the next free port when the usual one is taken', async () => {
  const taken = await takePort();
  const found = await findPort({ host, port: taken, isExplicit: false });
  expect(found).toBeGreaterThan(taken);
  expect(found).toBeLessThanOrEqual(taken + 50);
});

it('takes no other port than the one a person asked for', async () => {
  const taken = await takePort();
  await expect(findPort({ host, port: taken, isExplicit: true })).rejects.toThrow(`port ${taken} of ${host} is taken`);
});

it('says when the host is none of this machine', async () => {
  await expect(findPort({ host: '192.0.2.1', port: 3_000, isExplicit: false })).rejects.toThrow('EADDRNOTAVAIL');
});
