/** Redis behind a door: it forgets, dies, remembers old times, and is another one altogether. The product must not mind. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '@quailrunner/embedded';
import { Redis } from 'ioredis';
import { openTcpDoor, type TcpDoor } from '../support/tcp-door.js';
import { readPid, signal, untilGone } from './processes.js';

export interface RedisStore {
  readonly door: TcpDoor;
  flush(): Promise<void>;
  /** Dies on the spot and comes back on another port, with nothing. */
  crash(): Promise<void>;
  /** Comes back with what it knew so long ago, as a replica does that lagged behind when it took over. */
  rollBack(ms: number): Promise<void>;
  freeze(ms: number): Promise<void>;
  /** An empty one takes its place. */
  swap(): Promise<void>;
  close(): Promise<void>;
}

interface Server {
  readonly dataDir: string;
  readonly url: string;
  close(): Promise<void>;
}

export const openRedisStore = async (directory: string): Promise<RedisStore> => {
  let servers = 1;
  let server: Server = await start(join(directory, 'redis-1'));
  const { password } = new URL(server.url);
  const door = await openTcpDoor(server.url);

  /** Clients keep their URL, so each server takes over the first one's password. */
  const takeOver = async (next: Server): Promise<void> => {
    await withRedis(next.url, (redis) => redis.config('SET', 'requirepass', password));
    const url = new URL(next.url);
    url.password = password;
    server = { ...next, url: url.href };
    door.leadTo(Number(url.port));
  };
  const kill = async (): Promise<void> => {
    const pid = await readPid(pidFileOf(server));
    signal(pid, 'SIGKILL');
    await untilGone([pid]);
  };
  return {
    door,
    flush: () => withRedis(server.url, (redis) => redis.flushall()),
    crash: async () => {
      await kill();
      await rm(join(server.dataDir, 'redis'), { recursive: true });
      await takeOver(await start(server.dataDir));
    },
    rollBack: async (ms) => {
      await withRedis(server.url, (redis) => redis.save());
      await sleep(ms);
      await kill();
      await takeOver(await start(server.dataDir));
    },
    freeze: async (ms) => {
      const pid = await readPid(pidFileOf(server));
      signal(pid, 'SIGSTOP');
      await sleep(ms);
      signal(pid, 'SIGCONT');
    },
    swap: async () => {
      const old = server;
      servers += 1;
      await takeOver(await start(join(directory, `redis-${servers}`)));
      await old.close();
    },
    close: async () => {
      await door.close();
      await server.close();
    },
  };
};

const start = async (dataDir: string): Promise<Server> => ({
  dataDir,
  ...(await startRedis({ dataDir, temporary: true, onProgress: (line) => process.stderr.write(`${line}\n`) })),
});

const pidFileOf = ({ dataDir }: Server): string => join(dataDir, 'redis', 'redis.pid');

const withRedis = async (url: string, work: (redis: Redis) => Promise<unknown>): Promise<void> => {
  const redis = new Redis(url, { maxRetriesPerRequest: 5 });
  redis.on('error', () => {}); // The command itself fails too.
  try {
    await work(redis);
  } finally {
    redis.disconnect();
  }
};
