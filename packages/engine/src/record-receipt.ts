/**
 * Receipt: record → **receipt**. Takes what Twilio says later of a message: whose it is, whether it is Twilio's word, and
 * then into the ledger, where it completes a run whose answer never came. Nothing is written of what can't be checked.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { QuailError, type Reach } from '@quailrunner/domain';
import type { Receipts } from '@quailrunner/ledger';
import type { Log } from '@quailrunner/telemetry';
import { isSignedByTwilio, parseReceipt } from '@quailrunner/twilio';
import type { AuthTokens } from './auth-tokens.js';
import type { ReceiptReferences } from './receipt-reference.js';
import type { TaskCache } from './task-cache.js';

/** A status callback as it came in. */
export interface StatusCallback {
  /** The path with its query, as it was asked for. */
  readonly path: string;
  /** X-Twilio-Signature. */
  readonly signature: string | undefined;
  /** The form, decoded, in order. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

export interface ReceiptDeps {
  /** Our address as Twilio sees it, without a slash at its end: what is signed. */
  readonly publicUrl: string;
  readonly references: ReceiptReferences;
  readonly tokensOf: AuthTokens;
  readonly tasks: TaskCache;
  readonly receipts: Receipts;
  readonly log: Log;
  readonly reach: Reach;
}

export type ReceiptResult =
  | { readonly kind: 'recorded' }
  /** `content`: it is Twilio's word, but tells no message's status. */
  | { readonly kind: 'refused'; readonly reason: 'reference' | 'signature' | 'no-token' | 'content' };

/** Throws when the ledger stays away: Twilio had better come again. */
export const recordReceipt = async (callback: StatusCallback, deps: ReceiptDeps): Promise<ReceiptResult> => {
  const reference = deps.references.read(callback.path.split('?')[1] ?? '');
  if (reference === undefined) return refuse('reference');
  const task = await patiently(() => deps.tasks.read(reference.taskId, reference.revision));
  const tokens = deps.tokensOf(task);
  if (tokens.length === 0) return refuse('no-token');
  if (!isSigned(callback, tokens, deps)) return refuse('signature');
  const said = parseReceipt(callback.parameters);
  if (said === undefined) return refuse('content');
  deps.reach('receipt.checked');
  const { runId, dispatch } = reference;
  await patiently(() => deps.receipts.record({ runId, dispatch, ...said }));
  deps.reach('receipt.recorded');
  const { delivery, code } = said;
  deps.log.emit('receipt.recorded', { runId, delivery, ...(code === undefined ? {} : { code }) });
  return { kind: 'recorded' };
};

const refuse = (reason: Extract<ReceiptResult, { kind: 'refused' }>['reason']): ReceiptResult => ({
  kind: 'refused',
  reason,
});

const isSigned = (callback: StatusCallback, tokens: readonly string[], { publicUrl }: ReceiptDeps): boolean => {
  const url = publicUrl + callback.path;
  const { signature, parameters } = callback;
  return tokens.some((authToken) => isSignedByTwilio(signature, { authToken, url, parameters }));
};

/** Twilio waits for 15 s and does not come again: a ledger that restarts meanwhile must not cost us the receipt. */
const patienceMs = 4_000;

const patiently = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (fault) {
      if (!(fault instanceof QuailError && fault.retryable) || performance.now() > giveUpAt) throw fault;
      await wait(250);
    }
  }
};
