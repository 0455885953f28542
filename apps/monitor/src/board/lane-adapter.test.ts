import { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import { BullMQAdapter } from '@bull-board/api/dist/queueAdapters/bullMQ.js';
import { describe, expect, it } from 'vitest';
import { LaneAdapter } from './lane-adapter.js';
import { showJob } from './show-job.js';

type Methods = Record<string, (...values: unknown[]) => Promise<unknown>>;

const askNobody = () => {
  throw new Error('nobody is asked');
};

const lane = new LaneAdapter(
  { laneId: 3, key: 'twilio/AC00000000000000000000000000000007/+15005550006', state: 'open' },
  { boardQueue: askNobody, readInfo: askNobody },
);

/** Those of BullMQ's adapter that change something in Redis, by what they are called. */
const isWrite = (name: string): boolean =>
  /^(?:add|clean|pause|resume|empty|obliterate|promote|remove|update|run|set|release)/.test(name);

describe('a lane on the board', () => {
  it('has no way to write: what BullMQ’s adapter would change throws, or was never there', async () => {
    const writes = Object.getOwnPropertyNames(BullMQAdapter.prototype).filter(isWrite);
    expect(writes.length).toBeGreaterThan(12);
    for (const name of writes) {
      const method = (lane as unknown as Methods)[name];
      const isEmpty = method === (BaseAdapter.prototype as unknown as Methods)[name];
      if (isEmpty) expect(await method?.call(lane)).toBeUndefined();
      else await expect(method?.call(lane)).rejects.toThrow('unreachable');
    }
  });

  it('gives out jobs that can’t be retried, removed or promoted', async () => {
    const stored = { id: 'r_7_1', name: 'welcome', progress: 0, attemptsMade: 1, timestamp: 1, failedReason: '' };
    const toJSON = () => ({ ...stored, stacktrace: null, data: {}, returnvalue: null, opts: {} });
    const job = showJob({ toJSON, getState: async () => 'failed' });
    for (const act of ['retry', 'remove', 'promote'] as const)
      await expect(job?.[act]()).rejects.toThrow('unreachable');
    expect(Object.keys(job ?? {}).toSorted()).toEqual(
      ['id', 'opts', 'toJSON', 'getState', 'promote', 'remove', 'retry'].toSorted(),
    );
  });

  it('is known by its masked name', () => {
    expect(lane.getName()).toBe('twilio · AC0000…0007 · •••06 {lane-3}');
  });
});
