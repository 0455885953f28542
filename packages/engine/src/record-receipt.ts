/**
 * Receipt: record → **receipt**. Takes what Twilio says later of a message: whose it is, whether it is Twilio's word, and
 * then into the ledger, where it completes a run whose answer never came. Nothing is written of what can't be checked.
 */
import type { Reach, Verdict } from '@quailrunner/domain';
import type { Ledger, Receipts } from '@quailrunner/ledger';
import type { Log } from '@quailrunner/telemetry';
import { type CodeTable, parseReceipt, type SaidOfMessage } from '@quailrunner/twilio';
import type { AuthTokens } from './auth-tokens.js';
import type { ContentFaults } from './content-faults.js';
import { heedOptOut, holdLaneFor, holdTaskFor } from './heed-verdict.js';
import { patiently } from './patiently.js';
import type { ReceiptReference, ReceiptReferences } from './receipt-reference.js';
import { isSignedBy, type SignedForm } from './signed-form.js';
import type { TaskCache } from './task-cache.js';

export interface ReceiptDeps {
  /** Our address as Twilio sees it, without a slash at its end: what is signed. */
  readonly publicUrl: string;
  readonly references: ReceiptReferences;
  readonly tokensOf: AuthTokens;
  readonly tasks: TaskCache;
  readonly receipts: Receipts;
  readonly ledger: Ledger;
  /** What Twilio's codes mean. */
  readonly codes: CodeTable;
  readonly contentFaults: ContentFaults;
  readonly log: Log;
  readonly reach: Reach;
}

export type ReceiptResult =
  | { readonly kind: 'recorded' }
  /** `content`: it is Twilio's word, but tells no message's status. */
  | { readonly kind: 'refused'; readonly reason: 'reference' | 'signature' | 'no-token' | 'content' };

/** Throws when the ledger stays away: Twilio had better come again. */
export const recordReceipt = async (callback: SignedForm, deps: ReceiptDeps): Promise<ReceiptResult> => {
  const reference = deps.references.read(callback.path.split('?')[1] ?? '');
  if (reference === undefined) return refuse('reference');
  const task = await patiently(() => deps.tasks.read(reference.taskId, reference.revision));
  const tokens = deps.tokensOf(task);
  if (tokens.length === 0) return refuse('no-token');
  if (!isSignedBy(tokens, callback, deps.publicUrl)) return refuse('signature');
  const said = parseReceipt(callback.parameters, deps.codes);
  if (said === undefined) return refuse('content');
  deps.reach('receipt.checked');
  const { runId, dispatch } = reference;
  const isTest = task.settings.isTest === true;
  await patiently(() => heed(said, { ...reference, isTest }, deps));
  await patiently(() => deps.receipts.record({ runId, dispatch, ...said }));
  deps.reach('receipt.recorded');
  if (!isTest) await countContent(said, reference, deps);
  const { delivery, code } = said;
  deps.log.emit('receipt.recorded', { runId, delivery, ...(code === undefined ? {} : { code }) });
  return { kind: 'recorded' };
};

/**
 * What a message's end means beyond its run, before it is recorded: Twilio doesn't tell it again. A receipt that comes late or
 * twice holds no lane and suppresses nobody that was let go on since its message was sent; one of a test holds none at all.
 */
const heed = async (
  { code = '', meaning, addresses }: SaidOfMessage,
  { runId, dispatch, isTest }: Pick<ReceiptReference, 'runId' | 'dispatch'> & { readonly isTest: boolean },
  deps: ReceiptDeps,
): Promise<void> => {
  const of = { runId, dispatch };
  const { group, meaning: reason = '' } = meaning ?? {};
  if (group === 'opt-out') await heedOptOut(addresses, { toldBy: 'receipt', code, of }, deps);
  if (group === 'lane' && !isTest) await holdLaneFor(of, `${code}: ${reason} (told by a receipt)`, deps);
};

/** Content that is filtered on its way, message after message, holds its task. Counted once it is recorded. */
const countContent = async (
  { code = '', meaning, delivery }: SaidOfMessage,
  task: ReceiptReference,
  deps: ReceiptDeps,
) => {
  const isContent = meaning?.group === 'content';
  if (!isContent && delivery !== 'delivered') return;
  const verdict: Verdict = isContent
    ? { kind: 'refused', fault: 'content', code, reason: meaning.meaning }
    : { kind: 'accepted' };
  const reason = deps.contentFaults.add(task, verdict);
  if (reason !== undefined) await patiently(() => holdTaskFor(task, reason, deps));
};

const refuse = (reason: Extract<ReceiptResult, { kind: 'refused' }>['reason']): ReceiptResult => ({
  kind: 'refused',
  reason,
});
