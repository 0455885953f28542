import { createServer } from 'node:net';

/** A port of 127.0.0.1 that was free a moment ago; whoever uses it must be ready to find it taken. */
export const findFreePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
      });
    });
  });
