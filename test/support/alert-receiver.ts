/** Somebody who is told of holds: keeps what is posted, and answers as told. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface PostedAlert {
  readonly text: string;
  readonly kind: string;
  readonly alertId: string;
  readonly reason: string;
}

export interface AlertReceiver {
  readonly url: string;
  readonly posts: { readonly key: string | undefined; readonly alert: PostedAlert }[];
  /** Of the next answers. */
  status: number;
  close(): Promise<void>;
}

export const openAlertReceiver = async (): Promise<AlertReceiver> => {
  const server = createServer(async (request, response) => {
    const alert = (await json(request)) as PostedAlert;
    receiver.posts.push({ key: request.headers['idempotency-key']?.toString(), alert });
    response.writeHead(receiver.status).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: AlertReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    posts: [],
    status: 204,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
};
