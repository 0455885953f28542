/** A worker whose connection to the ledger can break: before a write is made, or after it and before it is heard. */

import { randomUUID } from 'node:crypto';
import { type Attempts, type Ledger, openAttempts, registerWorker } from '@quailrunner/ledger';
import { inside } from '../../../packages/ledger/src/open-ledger.js';

export interface ModelWorker {
  readonly workerId: string;
  readonly attempts: Attempts;
  /** Of the next write. */
  breaks: 'before' | 'after' | undefined;
}

export const openWorker = async (ledger: Ledger): Promise<ModelWorker> => {
  const workerId = randomUUID();
  await registerWorker(ledger, { workerId, host: 'test', pid: process.pid });
  const { writers } = ledger[inside];
  const write = async (config: Parameters<typeof writers.query>[0]) => {
    const when = worker.breaks;
    worker.breaks = undefined;
    if (when === 'before') throw lost();
    const result = await writers.query(config);
    if (when === 'after') throw lost();
    return result;
  };
  const breakable = new Proxy(writers, {
    get: (pool, key) => (key === 'query' ? write : Reflect.get(pool, key)),
  });
  const line: Ledger = { ...ledger, [inside]: { ...ledger[inside], writers: breakable } };
  const worker: ModelWorker = { workerId, attempts: openAttempts(line, { workerId }), breaks: undefined };
  return worker;
};

const lost = () => Object.assign(new Error('the connection was lost'), { code: '08006' });
