/** What the scheduler's pollers share. */
import type { Config } from '@quailrunner/config';
import type { Reach } from '@quailrunner/domain';
import type { TaskCache } from '@quailrunner/engine';
import type { Ledger } from '@quailrunner/ledger';
import type { Queue } from '@quailrunner/queue';
import { type Poller, startPoller } from '@quailrunner/runtime';
import type { Sources } from '@quailrunner/source';
import { describeFault, type Log } from '@quailrunner/telemetry';

export interface Opened {
  readonly config: Config;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly queue: Queue;
  readonly sources: Sources;
  readonly tasks: TaskCache;
  readonly secrets: Readonly<Record<string, string>>;
  readonly reach: Reach;
  readonly stopping: AbortController;
}

export const poll = (poller: string, everyMs: number, run: () => Promise<unknown>, log: Log): Poller =>
  startPoller({ everyMs, run, onFault: (fault) => log.emit('poll.failed', { poller, ...describeFault(fault) }) });
