/** A run's whole story as a person reads it: what it is, where it stands, and each attempt with what was answered. */
import { formatDuration } from '@quailrunner/domain';
import type { AttemptRow, ReceiptRow, RunStory } from '@quailrunner/ledger';
import { showControls } from './controls.js';
import { formatDelivery, paintOfState } from './run-state.js';
import { type Column, formatTable } from './table.js';
import type { Painter } from './terminal.js';
import { formatTime } from './time.js';

/** `lane` is the run's lane as it may be shown. */
export const formatRunStory = (run: RunStory, lane: string, paint: Painter): string =>
  [...describe(run, lane, paint), ...attemptsOf(run, paint), ...receiptsOf(run, paint)].join('\n');

const describe = (run: RunStory, lane: string, paint: Painter): string[] => {
  const colour = paintOfState(run.state);
  const state = colour === undefined ? run.state : paint(colour, run.state);
  const why = showControls([run.code, run.reason].filter(Boolean).join(': '));
  const isWaiting = run.state === 'pending' || run.state === 'retrying' || run.state === 'unknown';
  const lines: [string, string | undefined][] = [
    ['task', `${run.task}, revision ${run.revision}`],
    ['entity', showControls(run.entityPk)],
    ['lane', `${run.laneId}  ${lane}`],
    ['state', why === '' ? state : `${state}  ${why}`],
    ['delivery', formatDelivery(run)],
    ['claimed', formatTime(run.claimedAt)],
    ['queued', run.queuedAt && formatTime(run.queuedAt)],
    ['started', run.startedAt && formatTime(run.startedAt)],
    ['finished', run.finishedAt && formatTime(run.finishedAt)],
    ['due', isWaiting ? formatTime(run.dueAt) : undefined],
  ];
  const shown = lines.filter((line): line is [string, string] => line[1] !== undefined);
  return [paint('bold', `Run ${run.runId}`), ...shown.map(([name, value]) => `${name.padEnd(8)}  ${value}`)];
};

interface AttemptLine extends AttemptRow {
  /** Since the attempt before it ended, or since the claim. */
  readonly waitedMs: number;
}

/** Who settles an attempt that was never answered says no more than whether it was sent. */
const verdictOf = ({ verdict, settledBy }: AttemptRow): string => {
  if (settledBy === undefined) return verdict;
  return `${verdict === 'transient' ? 'not sent' : verdict}, by ${settledBy}`;
};

const columns: readonly Column<AttemptLine>[] = [
  { title: 'ATTEMPT', value: ({ number }) => number, align: 'right' },
  { title: 'TIME', value: ({ startedAt }) => formatTime(startedAt) },
  { title: 'WAITED', value: ({ waitedMs }) => formatDuration(waitedMs), align: 'right' },
  {
    title: 'VERDICT',
    value: verdictOf,
  },
  { title: 'STATUS', value: ({ httpStatus }) => httpStatus?.toString(), align: 'right' },
  { title: 'CODE', value: ({ code }) => code },
  { title: 'TOOK', value: ({ durationMs }) => formatDuration(durationMs), align: 'right' },
  { title: 'REASON', value: ({ reason, sid }) => reason ?? sid },
];

const attemptsOf = (run: RunStory, paint: Painter): string[] => {
  if (run.history.length === 0) return ['', 'No attempt has ended yet.'];
  const lines = run.history.map((attempt, n) => ({ ...attempt, waitedMs: waitBefore(run, n) }));
  const answers = run.history.flatMap(({ number, excerpt }) =>
    excerpt === undefined || excerpt === '' ? [] : [`${paint('dim', `answer to ${number}`)}  ${oneLine(excerpt)}`],
  );
  return ['', formatTable(columns, lines, paint), ...(answers.length === 0 ? [] : ['', ...answers])];
};

const receiptColumns: readonly Column<ReceiptRow>[] = [
  { title: 'RECEIPT', value: ({ status }) => status },
  { title: 'TIME', value: ({ receivedAt }) => formatTime(receivedAt) },
  { title: 'CODE', value: ({ code }) => code },
  { title: 'MESSAGE', value: ({ sid }) => sid },
];

const receiptsOf = ({ receipts }: RunStory, paint: Painter): string[] =>
  receipts.length === 0 ? [] : ['', formatTable(receiptColumns, receipts, paint)];

const waitBefore = ({ history, claimedAt }: RunStory, n: number): number => {
  const before = history[n - 1]?.finishedAt ?? claimedAt;
  return Math.max(0, (history[n]?.startedAt.getTime() ?? 0) - before.getTime());
};

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
