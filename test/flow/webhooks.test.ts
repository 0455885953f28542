import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage, type Stage } from '../support/stage.js';
import { createUsers, everyone, smsTask } from '../support/tasks.js';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers each path of a webhook 500 at first and 200 from then on, and is Twilio as well. */
const startReceiver = async () => {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const { url: path = '', headers } = request;
    const isFirst = !received.some((earlier) => earlier.path === path);
    received.push({ path, headers, body: await text(request) });
    const isTwilio = path.startsWith('/2010-04-01/');
    response.writeHead(isTwilio ? 201 : isFirst ? 500 : 200, { 'Content-Type': 'application/json' });
    response.end(isTwilio ? JSON.stringify({ sid: `SM${randomBytes(16).toString('hex')}`, status: 'queued' }) : '{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    received,
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

interface HookText {
  readonly name: string;
  readonly url: string;
  readonly settings: string;
}

const hookTask = ({ name, url, settings }: HookText): string => `/*
name: ${name}
action:
  url: ${url}
  headers:
    Content-Type: application/json
  body: |
    { "to": {{.phone_number}}, "text": "Grüße 👋" }
${settings}
*/
${everyone}
`;

const signing = { text: `whsec_${randomBytes(32).toString('base64')}`, short: 'whsec_dG9vIHNob3J0' };
const ours = ['idempotency-key', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'x-quail-task-secret'];

describe('a webhook that answers 500 at first', () => {
  let stage: Stage;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let worker: ReturnType<Stage['start']>;

  beforeAll(async () => {
    receiver = await startReceiver();
    const { port } = receiver;
    stage = await openStage({
      QUAIL_TWILIO_BASE_URL: `http://127.0.0.1:${port}`,
      QUAIL_SECRET_HOOKS_SIGNING: signing.text,
      QUAIL_SECRET_HOOKS_SHORT: signing.short,
      QUAIL_SECRET_HOOKS_SHARED: 'open-sesame',
    });
    await stage.source.query(createUsers(2));
    // A timestamp has whole seconds: the next one after 1.2 s is another.
    const settings = 'signWith: hooks_signing\nsharedSecret: hooks_shared\nbackoff: { first: 1200ms, jitter: 0 }';
    const url = `http://127.0.0.1:${port}/hook?to={{.phone_number}}`;
    await apply('hook', hookTask({ name: 'hook', url, settings }));
    await apply('sms', smsTask({ name: 'sms' }));
    // Lanes of their own, at which nobody listens.
    await apply('nameless', hookTask({ name: 'nameless', url: 'http://127.0.0.2/', settings: 'signWith: hooks_gone' }));
    await apply('short', hookTask({ name: 'short', url: 'http://127.0.0.3/', settings: 'signWith: hooks_short' }));
    stage.start(['scheduler']);
    worker = stage.start(['worker']);
    await waitUntil(async () => (await count('completed')) === 4, { timeoutMs: 60_000, what: 'four runs to complete' });
  }, 90_000);

  afterAll(async () => {
    await stage.close();
    await receiver.close();
  });

  it('is sent the same id again, with the time and the signature of the new attempt', () => {
    const paths = new Set(hooks().map(({ path }) => path));
    expect(paths.size).toBe(2);
    for (const path of paths) {
      const attempts = hooks().filter((hook) => hook.path === path);
      expect(attempts.length).toBe(2);
      const [first, second] = attempts.map(({ headers }) => headers);
      expect(first?.['webhook-id']).toMatch(/^[0-9a-f]{32}$/);
      expect(second?.['webhook-id']).toBe(first?.['webhook-id']);
      for (const headers of [first, second]) expect(headers?.['idempotency-key']).toBe(headers?.['webhook-id']);
      expect(Number(second?.['webhook-timestamp'])).toBeGreaterThan(Number(first?.['webhook-timestamp']));
      expect(second?.['webhook-signature']).not.toBe(first?.['webhook-signature']);
    }
    expect(new Set(hooks().map(({ headers }) => headers['webhook-id'])).size).toBe(2);
  });

  it('can verify each request by the bytes that arrive', () => {
    const key = Buffer.from(signing.text.slice('whsec_'.length), 'base64');
    for (const { headers, body } of hooks()) {
      expect(body).toContain('Grüße 👋');
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
      expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    }
  });

  it('is sent the shared secret', () => {
    expect(hooks().map(({ headers }) => headers['x-quail-task-secret'])).toEqual(Array(4).fill('open-sesame'));
  });

  it('shares none of this with Twilio', () => {
    const messages = receiver.received.filter(({ path }) => path.startsWith('/2010-04-01/'));
    expect(messages.length).toBe(2);
    for (const { headers } of messages) {
      expect(headers.authorization).toBe(`Basic ${stage.basic}`);
      expect(ours.filter((name) => name in headers)).toEqual([]);
    }
  });

  it.each([
    ['missing', 'host/127.0.0.2', 'signWith: there is no secret "hooks_gone" (set QUAIL_SECRET_HOOKS_GONE)'],
    ['no good', 'host/127.0.0.3', 'signWith: the secret "hooks_short" has fewer than 24 bytes after "whsec_"'],
  ])(
    'that it would be sent by a secret that is %s is held with the reason, and keeps its attempts',
    async (_, key, why) => {
      const lane = await waitUntil(() => readHeldLane(key), { what: `the lane ${key} to be held` });
      expect(lane.reason).toContain(why);
      expect(lane.spent).toBe(0);
    },
  );

  it('finds no secret in the log of a worker', () => {
    for (const secret of [signing.text, signing.short, 'open-sesame']) expect(worker.output()).not.toContain(secret);
  });

  const hooks = (): Received[] => receiver.received.filter(({ path }) => path.startsWith('/hook'));

  const apply = async (name: string, task: string): Promise<void> => {
    const applied = await stage.quail('task', 'apply', await stage.writeTask(name, task));
    expect(applied).toMatchObject({ code: 0 });
  };

  const readHeldLane = async (key: string): Promise<{ reason: string; spent: number } | undefined> => {
    const { rows } = await stage.ledger.query(
      `select l.reason, sum(r.attempts)::int as spent from quailrunner.lanes l
       join quailrunner.runs r on r.lane_id = l.id
       where l.key = $1 and l.state = 'held' group by l.id`,
      [key],
    );
    return rows[0];
  };

  const count = async (state: string): Promise<number> => {
    const { rows } = await stage.ledger.query('select count(*)::int as n from quailrunner.runs where state = $1', [
      state,
    ]);
    return rows[0].n;
  };
});
