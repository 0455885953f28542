/** A run's story from the claim on: what was done with it, what came of that, what people did, and what it waits for now. */
import { formatDuration, type VerdictKind } from '@quailrunner/domain';
import type { RenderedSample } from '@quailrunner/engine';
import type { AttemptRow, AuditRow, ReceiptRow, RunStory } from '@quailrunner/ledger';
import type { CodeTable } from '@quailrunner/twilio';
import { hideValues, personalOf } from './hide-values.js';
import { taskPath } from './present-runs.js';
import { sayWhy } from './say-why.js';
import { type Moment, toMoment } from './words.js';

export interface RunContext {
  /** As it may be shown. */
  readonly lane: string;
  /** What people did with it, the newest first. */
  readonly acts: readonly AuditRow[];
  /** By the revision that renders it. */
  readonly requests: ReadonlyMap<number, RenderedSample>;
  readonly codes: CodeTable;
  readonly now: Date;
}

export interface RunEvent {
  readonly title: string;
  /** Absent: it is still to come, or is so now. */
  readonly when?: Moment;
  /** Colours the mark beside it. */
  readonly tone: string;
  readonly badge?: string;
  readonly says: readonly string[];
  readonly facts: readonly Fact[];
  /** Of an answer. */
  readonly excerpt?: string;
}

interface Fact {
  readonly label: string;
  readonly value: string;
  readonly href?: string;
}

/** Oldest first; at the same moment, in the order in which one leads to the other. */
export const tellStory = (run: RunStory, context: RunContext): RunEvent[] => {
  const past = [
    claimEvent(run),
    ...run.history.map((attempt) => attemptEvent(attempt, run, context)),
    ...run.receipts.map((receipt) => receiptEvent(receipt, context)),
    ...[...context.acts].reverse().map(actEvent),
    ...openEvents(run),
    ...endEvents(run),
  ].toSorted((one, other) => one.at.getTime() - other.at.getTime());
  const now = standsNow(run, context.now);
  return [
    ...past.map(({ at, ...event }) => ({ ...event, when: toMoment(at, context.now) })),
    ...(now === undefined ? [] : [now]),
  ];
};

interface PastEvent extends Omit<RunEvent, 'when'> {
  readonly at: Date;
}

const claimEvent = ({ claimedAt, scanId, claimedRevision, task }: RunStory): PastEvent => ({
  at: claimedAt,
  title: scanId === undefined ? 'Sent as a test by a person' : 'Claimed',
  tone: 'waiting',
  says: [],
  facts: [
    ...(scanId === undefined ? [] : [{ label: 'Scan', value: scanId }]),
    { label: 'Task', value: task.replace(/~test$/, ''), href: taskPath(task) },
    ...(claimedRevision === undefined ? [] : [{ label: 'Revision', value: String(claimedRevision) }]),
  ],
});

const verdictWords: Readonly<Record<VerdictKind, string>> = {
  accepted: 'accepted',
  refused: 'refused: trying again can’t help',
  throttled: 'too fast: not processed, costs no attempt',
  transient: 'failed for now, without effect',
  'lane-fault': 'the sender or host is at fault: costs no attempt',
  unknown: 'may have been sent: nobody knows yet',
};

const toneOf: Readonly<Record<VerdictKind, string>> = {
  accepted: 'completed',
  refused: 'failed',
  throttled: 'retrying',
  transient: 'retrying',
  'lane-fault': 'failed',
  unknown: 'unknown',
};

const settlers: Readonly<Record<NonNullable<AttemptRow['settledBy']>, string>> = {
  'look-up': 'a look-up at Twilio',
  receipt: 'a receipt of Twilio’s',
  answer: 'the answer, which came late',
  person: 'a person',
  policy: 'the task’s onUnknown',
};

const attemptEvent = (attempt: AttemptRow, run: RunStory, { codes, requests }: RunContext): PastEvent => {
  const { verdict, code, reason, httpStatus, settledBy, excerpt, sid } = attempt;
  const wasPosted = httpStatus !== undefined || verdict === 'accepted' || attempt.durationMs > 0;
  return {
    at: attempt.startedAt,
    title: `Attempt ${attempt.number}`,
    badge: verdict,
    tone: toneOf[verdict],
    says: [`${capital(verdictWords[verdict])}.`, ...sayWhy(code, reason, codes)],
    facts: [
      ...(httpStatus === undefined ? [] : [{ label: 'Status', value: String(httpStatus) }]),
      ...(wasPosted ? [{ label: 'Took', value: formatDuration(attempt.durationMs) }] : []),
      { label: 'Dispatch', value: String(attempt.dispatch) },
      requestFact(attempt.revision, requests),
      ...(sid === undefined ? [] : [{ label: 'Message', value: sid }]),
      ...(settledBy === undefined ? [] : [{ label: 'Settled by', value: settlers[settledBy] }]),
      { label: 'Worker', value: workerOf(attempt) },
    ],
    ...(excerpt !== undefined && {
      excerpt: hideValues(excerpt, personalOf(run.columns, requests.get(attempt.revision))),
    }),
  };
};

const requestFact = (revision: number, requests: RunContext['requests']): Fact => ({
  label: 'Request',
  value: `of revision ${revision}`,
  ...(requests.has(revision) && { href: `#request-${revision}` }),
});

/** Where it ran, and which of them. */
export const workerOf = ({ workerId, workerHost }: Pick<AttemptRow, 'workerId' | 'workerHost'>): string =>
  [workerHost, workerId.slice(0, 8)].filter(Boolean).join(' · ');

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const receiptEvent = ({ receivedAt, status, sid, code, dispatch }: ReceiptRow, { codes }: RunContext): PastEvent => ({
  at: receivedAt,
  title: 'Receipt',
  badge: status,
  tone: code === undefined ? 'completed' : 'failed',
  says: sayWhy(code, undefined, codes),
  facts: [
    { label: 'Message', value: sid },
    { label: 'Dispatch', value: String(dispatch) },
  ],
});

const actEvent = ({ at, by, act, after }: AuditRow): PastEvent => ({
  at,
  title: `${by.name} ${actWords(act, after)}`,
  tone: 'person',
  says: [],
  facts: [{ label: 'By', value: `${by.name} (${actorKinds[by.kind]})` }],
});

const actorKinds: Readonly<Record<AuditRow['by']['kind'], string>> = {
  user: 'signed in',
  token: 'API token',
  cli: 'command line',
  system: 'Quailrunner',
};

const actWords = (act: AuditRow['act'], after: object | undefined): string => {
  const state = after !== undefined && 'state' in after ? after.state : undefined;
  switch (act) {
    case 'run.retried':
      return 'queued it again';
    case 'run.canceled':
      return 'canceled it';
    case 'run.resolved':
      return state === 'completed' ? 'said that it was sent' : 'said that it was not sent';
    case 'run.revealed':
      return 'looked at its personal data';
    default:
      return act;
  }
};

/** Of what has no row of its own yet: the newest feed, and the attempt that is being made. */
const openEvents = (run: RunStory): PastEvent[] => {
  const { dispatch, queuedAt, startedAt, state, history } = run;
  const fed = {
    title: 'Fed to the queue of its lane',
    tone: 'queued',
    says: [],
    facts: [{ label: 'Dispatch', value: String(dispatch) }],
  };
  const hasEnded = history.some((attempt) => attempt.dispatch === dispatch);
  return [
    ...(queuedAt === undefined ? [] : [{ ...fed, at: queuedAt }]),
    ...(state === 'sending' && startedAt !== undefined && !hasEnded
      ? [{ ...fed, at: startedAt, title: 'Being sent', tone: 'sending' }]
      : []),
  ];
};

const endWords = { completed: 'Completed', failed: 'Failed', skipped: 'Skipped', canceled: 'Canceled' } as const;

/** `finishedAt` is when it ended, whatever ended it. What stands above it says why. */
const endEvents = ({ state, finishedAt, code, reason }: RunStory): PastEvent[] => {
  if (finishedAt === undefined || !(state in endWords)) return [];
  const isOwnWord = state === 'skipped' || state === 'canceled';
  return [
    {
      at: finishedAt,
      title: endWords[state as keyof typeof endWords],
      tone: state === 'canceled' ? 'skipped' : state,
      says: isOwnWord && reason !== undefined ? [reason] : [],
      facts: isOwnWord && code !== undefined ? [{ label: 'Code', value: code }] : [],
    },
  ];
};

const standsNow = ({ state, dueAt }: RunStory, now: Date): RunEvent | undefined => {
  const due = dueAt > now ? `not before ${toMoment(dueAt, now).exact} (${toMoment(dueAt, now).ago})` : 'due now';
  const event = (title: string, tone: string, says: string[] = []): RunEvent => ({ title, tone, says, facts: [] });
  switch (state) {
    case 'pending':
      return event('Waits for its turn', 'waiting', [`It is ${due}.`]);
    case 'retrying':
      return event('Waits to be tried again', 'retrying', [`It is ${due}.`]);
    case 'queued':
      return event('Waits in the queue of its lane', 'queued');
    case 'unknown':
      return event('Nobody knows whether it was sent', 'unknown', [
        dueAt > now
          ? `It is looked at next ${toMoment(dueAt, now).ago}, unless a receipt or a person says so before.`
          : 'It is looked at next in a moment, or waits for a receipt or a person.',
      ]);
    default:
      return undefined;
  }
};
