/** Whether the two stores can be reached: asked with a limit, and once at a time however many people ask us. */
import { QuailError } from '@quailrunner/domain';
import { countUsers, type Ledger } from '@quailrunner/ledger';
import type { Queue } from '@quailrunner/queue';
import { checkHealth } from '@quailrunner/runtime';
import { oneAtATime } from './one-at-a-time.js';

export type StoreState = 'ok' | 'away';

export interface StoreStates {
  readonly ledger: StoreState;
  readonly redis: StoreState;
}

export interface Stores {
  readonly ledger: Ledger;
  readonly queue: Queue;
}

/** Never throws, and answers within a second. */
export type CheckStores = () => Promise<StoreStates>;

const timeoutMs = 1_000;

export const watchStores = ({ ledger, queue }: Stores): CheckStores => {
  const checks = { ledger: oneAtATime(() => countUsers(ledger)), redis: oneAtATime(() => queue.ping()) };
  return async () => {
    const health = await checkHealth(checks, timeoutMs);
    const stateOf = (store: keyof typeof checks): StoreState => (health.checks[store]?.ok ? 'ok' : 'away');
    return { ledger: stateOf('ledger'), redis: stateOf('redis') };
  };
};

/** For `withDeadline`: throws the fault that tells which store is away. */
export const awayAfter = (store: 'LEDGER' | 'REDIS', afterMs: number) => (): never => {
  throw new QuailError(`${store}_UNREACHABLE`, `no answer within ${afterMs} ms`, { retryable: true });
};
