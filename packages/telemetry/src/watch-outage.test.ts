import { expect, it } from 'vitest';
import type { Log } from './log.js';
import { watchOutage } from './watch-outage.js';

const [first, second] = [{}, {}];

const watch = () => {
  const events: string[] = [];
  const log: Log = { emit: (event) => void events.push(event), close: () => {} };
  return { events, outage: watchOutage('queue', log) };
};

it('tells an outage once, and that it is over once the last connection has answers again', () => {
  const { events, outage } = watch();
  for (const who of [first, second, first]) outage.lost(who, new Error('refused'));
  outage.back(first);
  expect(events).toEqual(['queue.connection_lost']);
  outage.back(second);
  outage.back(second);
  expect(events).toEqual(['queue.connection_lost', 'queue.connection_restored']);
});

it('is not told as over because somebody stopped asking', () => {
  const { events, outage } = watch();
  outage.lost(first, new Error('refused'));
  outage.forget(first);
  outage.back(first);
  expect(events).toEqual(['queue.connection_lost']);
});
