/** What a fault is: something that happens to the house for a while and is over by itself. */
import type { SeededRandom } from '../support/seeded-random.js';
import type { House } from './house.js';

export interface Fault {
  readonly kind: string;
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  /** Only one thing at a time happens to a store; to processes any number. */
  readonly to: 'processes' | 'redis' | 'postgres' | 'sandbox';
  /** Begins it; `undefined` where nothing is there for it to happen to. */
  play(house: House, random: SeededRandom): PlayedFault | undefined;
}

export interface PlayedFault {
  /** To whom, for how long: `worker-2 for 3.4 s`. */
  readonly what: string;
  /** Settles when it is over. */
  readonly over: Promise<void>;
}

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
