/**
 * A recipient's own word: asks a sender for no more messages, or for messages again. Twilio tells it of every message that
 * comes in; what says neither is taken and forgotten. Nothing is done of what Twilio did not sign.
 */
import { QuailError } from '@quailrunner/domain';
import { type Ledger, liftSuppressions, readTasks } from '@quailrunner/ledger';
import type { Log } from '@quailrunner/telemetry';
import { accountSidOf, parseReply, type Reply } from '@quailrunner/twilio';
import { type AuthTokens, tokensOfAccount } from './auth-tokens.js';
import { heedOptOut } from './heed-verdict.js';
import { patiently } from './patiently.js';
import { isSignedBy, type SignedForm } from './signed-form.js';
import type { TaskCache } from './task-cache.js';

export interface ReplyDeps {
  /** Our address as Twilio sees it, without a slash at its end: what is signed. */
  readonly publicUrl: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly tokensOf: AuthTokens;
  readonly tasks: TaskCache;
  readonly ledger: Ledger;
  readonly log: Log;
}

export type ReplyResult =
  | { readonly kind: 'recorded' }
  /** `content`: the form tells no account, no sender or no recipient. */
  | { readonly kind: 'refused'; readonly reason: 'signature' | 'no-token' | 'content' };

/** Where the monitor takes them. */
export const replyPath = '/twilio/messages';

/** Throws when the ledger stays away. */
export const recordReply = async (message: SignedForm, deps: ReplyDeps): Promise<ReplyResult> => {
  const reply = parseReply(message.parameters);
  if (reply === undefined) return { kind: 'refused', reason: 'content' };
  const tokens = await patiently(() => readTokens(reply.accountSid, deps));
  if (tokens.length === 0) return { kind: 'refused', reason: 'no-token' };
  if (!isSignedBy(tokens, message, deps.publicUrl)) return { kind: 'refused', reason: 'signature' };
  await patiently(() => obey(reply, deps));
  return { kind: 'recorded' };
};

/** What a receipt of any of the account's tasks may be signed with. */
const readTokens = async (account: string, { ledger, tasks, tokensOf, secrets }: ReplyDeps): Promise<string[]> => {
  const tokens = tokensOfAccount(account, secrets);
  for (const { taskId, revision } of await readTasks(ledger)) {
    // A task that can't be read must not turn away what recipients of the others write.
    const task = await tasks.read(taskId, revision).catch(passOver);
    if (task !== undefined && accountSidOf(task.settings.action.url) === account) tokens.push(...tokensOf(task));
  }
  return [...new Set(tokens)];
};

const passOver = (fault: unknown): undefined => {
  if (fault instanceof QuailError && fault.retryable) throw fault;
};

const obey = async ({ asks, addresses }: Reply, { ledger, log }: ReplyDeps): Promise<void> => {
  if (asks === 'stop') await heedOptOut(addresses, { toldBy: 'recipient' }, { ledger, log });
  if (asks === 'start') {
    const { suppressions, runs } = await liftSuppressions(ledger, { addresses }, 'recipient');
    if (suppressions > 0) log.emit('suppression.lifted', { by: 'recipient', runs });
  }
};
