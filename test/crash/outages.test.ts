/** Outages of a store: told in a few lines, however often somebody tries, and over without anybody's help. */
import { describe, expect, it, type TestContext } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';
import { openTcpDoor, type TcpDoor } from '../support/tcp-door.js';

const people = 5;

/** A scheduler behind doors, with runs to feed as soon as `away` has done its work. */
const openOutage = async (
  away: (doors: { postgres: TcpDoor; redis: TcpDoor }) => unknown,
  { onTestFinished }: TestContext,
) => {
  const stage = await openStage();
  onTestFinished(() => stage.close());
  const [postgres, redis] = await Promise.all([openTcpDoor(stage.env.DATABASE_URL), openTcpDoor(stage.redisUrl)]);
  onTestFinished(async () => void (await Promise.all([postgres.close(), redis.close()])));
  await stage.source.query(createUsers(people));
  const scheduler = stage.start(['scheduler'], { DATABASE_URL: postgres.url, REDIS_URL: redis.url });
  const saw = (sign: string) =>
    waitUntil(() => scheduler.output().includes(sign), { what: `${sign} of the scheduler`, timeoutMs: 60_000 });
  await saw('app.started');
  await away({ postgres, redis });
  const task = await stage.writeTask('welcome', smsTask({ name: 'welcome' }));
  expect(await stage.quail('task', 'apply', task)).toMatchObject({ code: 0 });
  /** Lines of one event. */
  const lines = (event: string): string[] =>
    scheduler
      .output()
      .split('\n')
      .filter((line) => line.includes(`"${event}"`));
  return { stage, postgres, redis, saw, lines };
};

describe.concurrent.each([
  { way: 'refuses', away: (door: TcpDoor) => door.shut() },
  { way: 'hangs', away: (door: TcpDoor) => door.freeze() },
])('a Redis that $way', ({ away }) => {
  it('is told once, and feeds by itself when it is back', async (context) => {
    const { stage, redis, saw, lines } = await openOutage((doors) => away(doors.redis), context);
    await saw('lane.feed_failed');
    const fedThrice = async () => {
      const { rows } = await stage.ledger.query('select max(dispatch)::int as most from quailrunner.runs');
      return rows[0].most >= 3;
    };
    await waitUntil(fedThrice, { what: 'three tries to feed', timeoutMs: 60_000 });
    await redis.open();
    await saw('lane.fed"');
    await saw('queue.connection_restored');
    for (const event of ['queue.connection_lost', 'lane.feed_failed', 'queue.connection_restored']) {
      expect(lines(event), event).toHaveLength(1);
    }
  }, 120_000);
});

describe.concurrent('a PostgreSQL that refuses', () => {
  it('is told once by each poller, and all goes on by itself when it is back', async (context) => {
    const { postgres, saw, lines } = await openOutage((doors) => doors.postgres.shut(), context);
    await saw('"poller":"scan"');
    await saw('"poller":"feed"');
    await postgres.open();
    await saw('lane.fed"');
    await saw('ledger.connection_restored');
    for (const event of ['ledger.connection_lost', 'ledger.connection_restored']) {
      expect(lines(event), event).toHaveLength(1);
    }
    const tellers = lines('poll.failed').map((line) => JSON.parse(line).poller);
    expect(new Set(tellers).size).toBe(tellers.length);
  }, 120_000);
});
