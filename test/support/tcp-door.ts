/**
 * A TCP door before a store, which a test may shut (connections are refused), freeze (nothing is ever answered) or lame
 * (nothing on the connections that stand, as when a firewall forgets them).
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpDoor {
  /** The store's URL, through the door. */
  readonly url: string;
  shut(): Promise<void>;
  freeze(): void;
  lame(): void;
  /** Bytes that came in since it was frozen: somebody waits for an answer. */
  swallowed(): number;
  /** Through again, for new connections: those held while it was frozen are dropped. */
  open(): Promise<void>;
  /** Leads to another port of the same host from now on; who is connected to the old one is dropped. */
  leadTo(port: number): void;
  close(): Promise<void>;
}

export const openTcpDoor = async (storeUrl: string): Promise<TcpDoor> => {
  const store = new URL(storeUrl);
  const sockets = new Set<Socket>();
  let storePort = Number(store.port);
  let frozen = false;
  let lamed = new WeakSet<Socket>();
  let swallowed = 0;

  const hold = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  const server = createServer((from) => {
    hold(from);
    if (frozen) {
      from.on('data', (bytes) => {
        swallowed += bytes.length;
      });
      return;
    }
    const to = connect(storePort, store.hostname);
    hold(to);
    for (const [here, there] of [
      [from, to],
      [to, from],
    ] as const) {
      here.on('data', (bytes) => {
        if (!frozen && !lamed.has(here)) there.write(bytes);
        else if (here === from) swallowed += bytes.length;
      });
      here.on('close', () => there.destroy());
    }
  });
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const shut = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    drop();
    await closed;
  };

  await listen(0);
  const { port } = server.address() as AddressInfo;
  const url = new URL(storeUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    shut,
    freeze: () => {
      swallowed = 0;
      frozen = true;
    },
    swallowed: () => swallowed,
    lame: () => {
      lamed = new WeakSet(sockets);
    },
    open: async () => {
      frozen = false;
      drop();
      if (!server.listening) await listen(port);
    },
    leadTo: (to) => {
      storePort = to;
      drop();
    },
    close: shut,
  };
};
