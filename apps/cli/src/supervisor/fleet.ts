/**
 * The apps of one process tree: launched in rows, stopped row by row in the opposite order. What can't be started breaks
 * the fleet; what ends later is restarted, or breaks the fleet too, as its owner wants it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs, QuailError } from '@quailrunner/domain';
import type { Announcement } from './announcement.js';
import { type Child, type ChildSpec, crashed, formatEnding, startChild } from './child.js';

export interface FleetOptions {
  /** How long an app may take to stop before it is killed. */
  readonly stopLimitMs: number;
  /** Absent: an app that ends breaks the fleet. Called before each wait for a restart. */
  readonly onRestart?: (event: { name: string; ending: string; waitMs: number }) => void;
}

export interface Fleet {
  /** Starts apps side by side and waits until all are up; they stop together, before those launched earlier. */
  launch(row: readonly ChildSpec[]): Promise<Announcement[]>;
  /** Throws when an app has ended that should not have; never settles otherwise. */
  readonly broken: Promise<never>;
  stop(): Promise<void>;
  /** Ends all at once, whatever they are at. */
  kill(): void;
}

const restartBackoff = { firstMs: 1_000, factor: 2, maxMs: 30_000, jitter: 0 };
/** Who has run this long has recovered: its next crash is a first one. */
const recoveredAfterMs = 60_000;

export const openFleet = ({ stopLimitMs, onRestart }: FleetOptions): Fleet => {
  const stopping = new AbortController();
  const rows: Berth[][] = [];
  let breakFleet: (fault: Error) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    breakFleet = reject;
  });
  broken.catch(() => {}); // The owner may look later, or never.

  /** One app's place in the fleet: a child, and after a crash the next. */
  const openBerth = (spec: ChildSpec): Berth => {
    let child = startChild(spec);
    const first = child.ready;
    const watch = async (): Promise<void> => {
      await first;
      for (let crashes = 1; ; crashes += 1) {
        const began = Date.now();
        const ending = await child.ended;
        if (stopping.signal.aborted) return;
        if (onRestart === undefined) return breakFleet(crashed(spec, ending));
        if (Date.now() - began > recoveredAfterMs) crashes = 1;
        const waitMs = backoffMs(restartBackoff, crashes, 0);
        onRestart({ name: spec.name, ending: formatEnding(ending), waitMs });
        await sleep(waitMs, undefined, { signal: stopping.signal });
        child = startChild(spec);
      }
    };
    void watch().catch(() => {}); // Not started, which `launch` tells, or stopped while it waited.
    return { first, current: () => child };
  };

  return {
    launch: async (specs) => {
      if (stopping.signal.aborted) throw new QuailError('FLEET_STOPPED', 'everything is being stopped');
      const row = specs.map(openBerth);
      rows.push(row);
      return Promise.all(row.map(({ first }) => first));
    },
    broken,
    stop: async () => {
      stopping.abort();
      for (const row of rows.toReversed()) await Promise.all(row.map(({ current }) => current().stop(stopLimitMs)));
    },
    kill: () => {
      stopping.abort();
      for (const { current } of rows.flat()) current().kill();
    },
  };
};

interface Berth {
  /** Settles when the first child is up. */
  readonly first: Promise<Announcement>;
  readonly current: () => Child;
}
