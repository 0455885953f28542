/** For tests: somebody whom the sandbox calls back, on a free port. Answers with 204 unless told otherwise. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedCallback {
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly form: Readonly<Record<string, string>>;
}

export interface Receiver {
  readonly port: number;
  /** `http://127.0.0.1:…` */
  readonly url: string;
  readonly received: ReceivedCallback[];
  /** The statuses that were told of, in the order of arrival. */
  statuses(): (string | undefined)[];
  /** Of the callback that told of `status`. */
  formOf(status: string): Readonly<Record<string, string>> | undefined;
  answer: (response: ServerResponse) => void;
  close(): Promise<void>;
}

export const makeReceiver = async (): Promise<Receiver> => {
  const received: ReceivedCallback[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url: target = '', headers } = request;
    received.push({ method, target, headers, form: Object.fromEntries(new URLSearchParams(await text(request))) });
    receiver.answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    port,
    url: `http://127.0.0.1:${port}`,
    received,
    statuses: () => received.map(({ form }) => form.MessageStatus),
    formOf: (status) => received.find(({ form }) => form.MessageStatus === status)?.form,
    answer: (response) => void response.writeHead(204).end(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
};
