/** The look-up at Twilio: was the message of an unanswered POST created? Signs in as the action itself does. */
import type { ApiClient } from '@quailrunner/delivery';
import { type Outcome, scrub, type Verdict } from '@quailrunner/domain';
import { type Ledger, readKnownSids, type UnknownRun } from '@quailrunner/ledger';
import {
  addressOf,
  type CodeTable,
  classifyFound,
  creationWindow,
  type ListedMessage,
  listUrl,
  type MessageAddress,
  type MessagePage,
  matchMessage,
  parseMessagePage,
  type SentMessage,
  valueIn,
} from '@quailrunner/twilio';
import type { CompiledTask } from './compile-task.js';

export interface LookUpDeps {
  readonly ledger: Ledger;
  readonly apiClient: ApiClient;
  readonly secrets: Readonly<Record<string, string>>;
  /** What Twilio's codes mean. */
  readonly codes: CodeTable;
}

/** What is known of the attempt now. */
export type Finding =
  /** Twilio has the message; it may have refused it since. */
  | {
      readonly kind: 'found';
      readonly sid: string;
      readonly verdict: Verdict;
      readonly address: MessageAddress | undefined;
    }
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'undecided';
      readonly code: string;
      readonly reason: string;
      /** Twilio did not answer, or not in earnest: the next one had better not be asked for at once. */
      readonly isSilence?: boolean;
    };

/** Pages of the list that are read at most; a number that got more messages than that in the time can't be decided. */
const mostPages = 20;
const timeoutMs = 15_000;

export const lookUpMessage = async (run: UnknownRun, task: CompiledTask, deps: LookUpDeps): Promise<Finding> => {
  const request = task.render(run.columns, deps.secrets);
  const sent = readSent(request.form ?? [], run);
  const authorization = headerOf(request.headers, 'authorization');
  if (sent.to === '' || authorization === undefined) {
    return undecided('LOOK_UP_IMPOSSIBLE', 'the request names no To or has no Authorization header');
  }
  const listed = await readPages(listUrl(request.url, sent), { authorization }, creationWindow(sent).from, deps);
  if (!Array.isArray(listed)) return listed;
  const taken = await readKnownSids(
    deps.ledger,
    listed.map((message) => message.sid),
    run,
  );
  const match = matchMessage(sent, listed, taken);
  if (match.kind === 'found') {
    const verdict = classifyFound(match.message, deps.codes);
    return { kind: 'found', sid: match.message.sid, verdict, address: addressOf(request.url, request.form ?? []) };
  }
  if (match.kind === 'absent') return { kind: 'absent' };
  return undecided(
    'LOOK_UP_AMBIGUOUS',
    `${match.sids.length} messages may be this one, and their text can't be compared`,
  );
};

const readSent = (form: readonly (readonly [string, string])[], run: UnknownRun): SentMessage => {
  const from = valueIn(form, 'From');
  const messagingServiceSid = valueIn(form, 'MessagingServiceSid');
  const body = valueIn(form, 'ContentSid') === undefined ? (valueIn(form, 'Body') ?? '') : undefined;
  return {
    to: valueIn(form, 'To') ?? '',
    mediaCount: form.filter(([key]) => key === 'MediaUrl').length,
    startedAt: run.startedAt.getTime(),
    finishedAt: run.lostAt.getTime(),
    ...(from === undefined ? {} : { from }),
    ...(messagingServiceSid === undefined ? {} : { messagingServiceSid }),
    ...(body === undefined ? {} : { body }),
  };
};

const headerOf = (headers: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];

/** All pages back to `oldest` (epoch milliseconds); Twilio lists the newest message first. */
const readPages = async (
  firstUrl: string,
  headers: Record<string, string>,
  oldest: number,
  { apiClient }: LookUpDeps,
): Promise<ListedMessage[] | Finding> => {
  const messages: ListedMessage[] = [];
  let url: string | undefined = firstUrl;
  for (let pages = 0; url !== undefined; pages++) {
    if (pages === mostPages) return undecided('LOOK_UP_TOO_LONG', `more than ${mostPages} pages of messages`);
    const answer: Outcome = await apiClient.getJson(url, { headers, timeoutMs });
    if (answer.kind !== 'answered') return silence(answer.code);
    if (answer.status === 429 || answer.status >= 500) return silence(`HTTP ${answer.status}`);
    const page: MessagePage | undefined = answer.status === 200 ? parseMessagePage(answer.body, url) : undefined;
    if (page === undefined) return undecided(`HTTP_${answer.status}`, scrub(answer.body, 200));
    messages.push(...page.messages);
    const last: ListedMessage | undefined = page.messages.at(-1);
    url = last !== undefined && last.createdAt < oldest ? undefined : page.nextUrl;
  }
  return messages;
};

const silence = (why: string): Finding => ({
  ...undecided('LOOK_UP_FAILED', `Twilio's list of messages could not be read: ${why}.`),
  isSilence: true,
});

const undecided = (code: string, reason: string): Extract<Finding, { kind: 'undecided' }> => ({
  kind: 'undecided',
  code,
  reason,
});
