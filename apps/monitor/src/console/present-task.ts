/** A task as its page shows it. Phone numbers in its texts keep their last two digits for those who may not act. */
import { formatTaskFile } from '@quailrunner/config';
import { formatDuration, scrub, type TaskDefinition } from '@quailrunner/domain';
import { maskAction, outlineAction } from '@quailrunner/engine';
import type { FailureGroup, Revision, ScanRow } from '@quailrunner/ledger';
import { diffLines } from 'diff';
import { writeHeaders } from './draft.js';
import { formatCount, formatRate, type Moment, toMoment } from './words.js';

/** As it may be shown, and as a file of it may be handed out. */
export const maskDefinition = ({ settings, predicate }: TaskDefinition): TaskDefinition => ({
  settings: { ...settings, action: maskAction(settings.action) },
  predicate,
});

/** What may be shown of a task, and of its texts. */
export interface Mask {
  readonly text: (text: string) => string;
  readonly definition: (definition: TaskDefinition) => TaskDefinition;
}

/** For operators a text is as it is: they are about to send it. A line at a time: patterns are slow on long text. */
export const maskFor = ({ mayAct }: { readonly mayAct: boolean }): Mask => {
  if (mayAct) return { text: (text) => text, definition: maskDefinition };
  return {
    text: (text) =>
      text
        .split('\n')
        .map((line) => scrub(line, longestLine))
        .join('\n'),
    definition: ({ settings, predicate }) => ({
      settings: { ...settings, action: outlineAction(settings.action) },
      predicate,
    }),
  };
};

const longestLine = 2_000;

export const presentDefinition = (definition: TaskDefinition, mask: Mask) => {
  const { settings, predicate } = mask.definition(definition);
  const { url, headers, body } = settings.action;
  return {
    predicate: mask.text(predicate),
    wire: mask.text([`POST ${url}`, writeHeaders(headers), '', body].join('\n')),
    settings: presentSettings(definition),
  };
};

const presentSettings = ({ settings }: TaskDefinition): { name: string; value: string }[] => {
  const { backoff, success, onChange = 'keep', onUnknown, ratePerSecond } = settings;
  const given: Readonly<Record<string, string | undefined>> = {
    source: settings.source,
    'looks every': formatDuration(settings.everyMs),
    rate: ratePerSecond === undefined ? undefined : formatRate(ratePerSecond),
    lane: settings.lane,
    retries: `${settings.retries}, the first after ${formatDuration(backoff.firstMs)}`,
    'time-out': formatDuration(settings.timeoutMs),
    recheck: settings.recheck ? 'the predicate is asked again before sending' : 'off',
    'default region': settings.defaultRegion,
    'on a change': onChange === 'keep' ? 'who is done stays done' : 'who is done gets the changed message, too',
    'on unknown': onUnknown,
    success: success.map(([from, to]) => (from === to ? from : `${from}–${to}`)).join(', '),
    'signed with': settings.signWith,
    'shared secret': settings.sharedSecret,
  };
  return Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
};

export const presentFailures = (groups: readonly FailureGroup[], task: string, now: Date) =>
  groups.map(({ state, code, exampleReason, runs, newestAt, exampleRunId }) => ({
    state,
    code: code ?? 'no code',
    reason: exampleReason,
    runs: formatCount(runs),
    newest: toMoment(newestAt, now),
    exampleRunId,
    runsHref: `/runs?${new URLSearchParams({ task, state, ...(code === undefined ? {} : { code }) })}`,
    retryHref:
      state === 'failed'
        ? `/retries/new?${new URLSearchParams({ task, ...(code === undefined ? {} : { code }) })}`
        : undefined,
  }));

export const presentScans = (scans: readonly ScanRow[], now: Date) =>
  scans.map(({ startedAt, finishedAt, revision, entitiesRead, entitiesClaimed, error }) => ({
    started: toMoment(startedAt, now),
    took: finishedAt === undefined ? undefined : formatDuration(finishedAt.getTime() - startedAt.getTime()),
    revision,
    read: formatCount(entitiesRead),
    claimed: formatCount(entitiesClaimed),
    error: error === undefined ? undefined : error.message,
  }));

interface Line {
  readonly kind: 'added' | 'removed' | 'same';
  readonly text: string;
}

interface PresentedRevision {
  readonly revision: number;
  readonly created: Moment;
  /** Against the one before; absent for the first. */
  readonly diff?: readonly Line[];
}

/** `revisions`: the newest first. The last one is there to be compared with, where it isn't the first of all. */
export const presentRevisions = (revisions: readonly Revision[], mask: Mask, now: Date): PresentedRevision[] =>
  revisions.flatMap(({ revision, createdAt, definition }, n) => {
    const created = toMoment(createdAt, now);
    const older = revisions[n + 1];
    if (older !== undefined) return [{ revision, created, diff: diffTexts(older.definition, definition, mask) }];
    return revision === 1 ? [{ revision, created }] : [];
  });

const textOf = (definition: TaskDefinition, mask: Mask): string =>
  mask.text(formatTaskFile(mask.definition(definition)));

/** What is masked looks the same before and after: that it changed is said in words. */
const diffTexts = (before: TaskDefinition, after: TaskDefinition, mask: Mask): Line[] => {
  const parts = diffLines(textOf(before, mask), textOf(after, mask), { maxEditLength: mostChanges });
  if (parts === undefined) return [{ kind: 'added', text: 'Too much has changed to show it line by line.' }];
  const lines = parts.flatMap(({ value, added, removed }): Line[] =>
    value
      .replace(/\n$/, '')
      .split('\n')
      .map((text) => ({ kind: added ? 'added' : removed ? 'removed' : 'same', text })),
  );
  const shown = aroundChanges(lines);
  return shown.length > 0 ? shown : [{ kind: 'added', text: 'Something that is masked here has changed.' }];
};

const context = 2;
/** Lines that are taken out or put in; the time that it takes grows with their square. */
const mostChanges = 400;

const aroundChanges = (lines: readonly Line[]): Line[] => {
  const isNear = (place: number): boolean =>
    lines.slice(Math.max(0, place - context), place + context + 1).some(({ kind }) => kind !== 'same');
  return lines.filter((_, place) => isNear(place));
};
