/** What happens to the stores and to the way there. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { TcpDoor } from '../support/tcp-door.js';
import { type Fault, seconds } from './fault.js';
import type { House } from './house.js';

type Store = 'redis' | 'postgres';

const onStore = (
  to: Store,
  fault: Pick<Fault, 'kind' | 'weight'>,
  happen: (house: House, ms: number) => Promise<void>,
  longestMs = 0,
): Fault => ({
  ...fault,
  to,
  play: (house, random) => {
    const ms = random.whole(Math.min(1_000, longestMs), longestMs);
    return { what: longestMs > 0 ? `for ${seconds(ms)}` : '', over: happen(house, ms) };
  },
});

const shutDoor = async (door: TcpDoor, ms: number): Promise<void> => {
  await door.shut();
  await sleep(ms);
  await door.open();
};

export const storeFaults: readonly Fault[] = [
  onStore('redis', { kind: 'Redis flushed', weight: 1.5 }, ({ redis }) => redis.flush()),
  onStore('redis', { kind: 'Redis killed, back without its data', weight: 1 }, ({ redis }) => redis.crash()),
  onStore(
    'redis',
    { kind: 'Redis killed, back with old data', weight: 1 },
    ({ redis }, ms) => redis.rollBack(ms),
    5_000,
  ),
  onStore('redis', { kind: 'Redis frozen', weight: 1 }, ({ redis }, ms) => redis.freeze(ms), 6_000),
  onStore('redis', { kind: 'Redis swapped for an empty one', weight: 1 }, ({ redis }) => redis.swap()),
  onStore('redis', { kind: 'door of Redis shut', weight: 1 }, ({ redis }, ms) => shutDoor(redis.door, ms), 4_000),
  onStore('postgres', { kind: 'PostgreSQL restarted', weight: 0.7 }, ({ postgres }) => postgres.restart()),
  onStore('postgres', { kind: 'PostgreSQL killed', weight: 0.7 }, ({ postgres }) => postgres.crash()),
  onStore('postgres', { kind: 'PostgreSQL frozen', weight: 0.7 }, ({ postgres }, ms) => postgres.freeze(ms), 4_000),
  onStore(
    'postgres',
    { kind: 'door of PostgreSQL shut', weight: 0.7 },
    ({ postgres }, ms) => shutDoor(postgres.door, ms),
    4_000,
  ),
];
