/**
 * The other end of a benchmark: takes POSTs as Twilio does and answers at once. It speaks just enough HTTP to be far faster
 * than any sender it serves. Its parent asks it for its counts over IPC.
 */
import { createServer, type Socket } from 'node:net';

export interface Counts {
  readonly requests: number;
  /** Distinct numbers among them. */
  readonly recipients: number;
  /** Milliseconds since the epoch. */
  readonly firstAt: number;
  readonly lastAt: number;
}

let requests = 0;
let firstAt = 0;
let lastAt = 0;
const recipients = new Set<string>();

const answer = (): string => {
  const body = `{"sid":"SM${requests.toString(16).padStart(32, '0')}","status":"queued"}`;
  return `HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
};

const take = (body: string): void => {
  const now = Date.now();
  if (requests === 0) firstAt = now;
  lastAt = now;
  requests += 1;
  recipients.add(/(?:^|&)To=([^&]*)/.exec(body)?.[1] ?? '');
};

const serve = (socket: Socket): void => {
  let pending = '';
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1');
    for (;;) {
      const headEnd = pending.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(pending.slice(0, headEnd))?.[1] ?? 0);
      const end = headEnd + 4 + length;
      if (pending.length < end) return;
      take(pending.slice(headEnd + 4, end));
      pending = pending.slice(end);
      socket.write(answer());
    }
  });
};

const reset = (): void => {
  requests = 0;
  recipients.clear();
};

const server = createServer(serve).listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
});

process.on('message', (question) => {
  if (question === 'reset') reset();
  process.send?.({ requests, recipients: recipients.size, firstAt, lastAt } satisfies Counts);
});
process.on('disconnect', () => process.exit(0));
