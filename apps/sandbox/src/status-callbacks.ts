/**
 * Status callbacks: tells a message's StatusCallback that it was sent, and how it ended. Best effort, as at Twilio: each
 * callback is posted once, and one that doesn't get through is counted and not repeated.
 */
import type { ApiClient } from '@quailrunner/delivery';
import { type Callback, callbackRequest } from './callback-request.js';
import { type CallbackScope, mayCallBack } from './callback-target.js';
import type { Due } from './due-queue.js';
import { openDueRunner } from './due-runner.js';
import type { FaultRules } from './fault-rules.js';
import { type DeliveryTimes, finalStatusOf } from './message-resource.js';
import type { StoredMessage } from './message-store.js';

export interface CallbackCounts {
  /** Posts that were answered with 2xx. */
  readonly delivered: number;
  /** Posts that weren't. */
  readonly failed: number;
  /** Callbacks that a fault rule kept back. */
  readonly dropped: number;
  /** Messages whose StatusCallback leads to somebody the sandbox must not call. */
  readonly skipped: number;
  /** Messages of an account whose auth token isn't known. */
  readonly unsigned: number;
  /** Callbacks that are due later or on their way. */
  readonly waiting: number;
}

export interface StatusCallbacks {
  /** Plans the callbacks of a message that has just been accepted, if it wants any. */
  plan(message: StoredMessage, authToken: string | undefined): void;
  counts(): CallbackCounts;
  /** Forgets the counts and what is waiting. */
  clear(): void;
  /** Drops what is waiting and cuts off what is on its way. */
  close(): Promise<void>;
}

export interface StatusCallbackDeps extends CallbackScope {
  readonly client: Pick<ApiClient, 'postForm' | 'close'>;
  readonly faults: FaultRules;
  readonly times: DeliveryTimes;
  readonly now: () => number;
}

interface PlannedCallback extends Callback {
  /** Whether a fault rule has had its say already. */
  readonly isJudged: boolean;
}

const mostInFlight = 50;
/** Twilio's own. */
const timeoutMs = 15_000;

export const openStatusCallbacks = (deps: StatusCallbackDeps): StatusCallbacks => {
  const { client, faults, times, now } = deps;
  let tally = openTally();

  const send = async (callback: Callback): Promise<void> => {
    const its = tally;
    its.inFlight += 1;
    const { url, headers, form } = callbackRequest(callback);
    const outcome = await client.postForm(url, { headers, form, timeoutMs });
    const isTaken = outcome.kind === 'answered' && outcome.status >= 200 && outcome.status < 300;
    its[isTaken ? 'delivered' : 'failed'] += 1;
    its.inFlight -= 1;
  };

  /** Rules are asked when a callback falls due, not when it is planned: one that came up meanwhile holds, too. */
  const judge = ({ item, dueAt }: Due<PlannedCallback>): void => {
    const { accountSid, to, from = item.message.messagingServiceSid ?? '' } = item.message;
    const { drop, latencyMs = 0, repeat = 0 } = faults.take({ on: 'callback', accountSid, to, from }) ?? {};
    if (drop !== undefined) tally.dropped += 1;
    else for (let n = 0; n <= repeat; n++) runner.add({ ...item, isJudged: true }, dueAt + latencyMs);
  };

  const run = (due: Due<PlannedCallback>): Promise<void> | undefined => {
    if (due.item.isJudged) return send(due.item);
    judge(due);
    return undefined;
  };
  const runner = openDueRunner({ now, mostAtOnce: mostInFlight, run });

  const plan = (callback: Omit<PlannedCallback, 'isJudged'>): void =>
    runner.add({ ...callback, isJudged: false }, callback.at);

  return {
    plan: (message, authToken) => {
      const url = message.statusCallback;
      if (url === undefined) return;
      if (!mayCallBack(url, deps)) tally.skipped += 1;
      else if (authToken === undefined) tally.unsigned += 1;
      else {
        plan({ message, url, authToken, status: 'sent', at: message.createdAt + times.sentAfterMs });
        plan({
          message,
          url,
          authToken,
          status: finalStatusOf(message),
          at: message.createdAt + times.deliveredAfterMs,
        });
      }
    },
    counts: () => {
      const { inFlight, ...ended } = tally;
      return { ...ended, waiting: runner.waiting + inFlight };
    },
    clear: () => {
      runner.clear();
      tally = openTally();
    },
    close: () => {
      runner.close();
      return client.close();
    },
  };
};

/** What ends after a `clear` is counted in the tally it began under, which nobody reads any more. */
const openTally = () => ({ delivered: 0, failed: 0, dropped: 0, skipped: 0, unsigned: 0, inFlight: 0 });
