/** Which failed runs somebody wants to retry, as the page's address or its form says it. Pure. */
import type { BulkRetryFilter } from '@quailrunner/ledger';
import { fieldOf } from './forms.js';
import { howToWriteMoment, parseMoment } from './parse-moment.js';

const retryFields = ['task', 'code', 'since', 'until'] as const;

type RetryField = (typeof retryFields)[number];

export interface RetryWish {
  /** As they were written; what is absent is ''. */
  readonly values: Readonly<Record<RetryField, string>>;
  /** What is wrong, and what may be written instead. */
  readonly errors: Partial<Record<RetryField, string>>;
  readonly filter: BulkRetryFilter;
  /** The form was sent, be it empty. */
  readonly isAsked: boolean;
}

/** `asked`: a query, or a form's body. */
export const parseRetry = (
  asked: unknown,
  { tasks, now }: { readonly tasks: readonly string[]; readonly now: Date },
): RetryWish => {
  const given = retryFields.map((name) => [name, fieldOf(asked, name).trim().slice(0, 200)] as const);
  const values = Object.fromEntries(given) as Record<RetryField, string>;
  const { task, code } = values;
  const since = parseMoment(values.since, now);
  const until = parseMoment(values.until, now);
  const errors: Partial<Record<RetryField, string>> = {};
  if (task !== '' && !tasks.includes(task)) errors.task = 'There is no such task.';
  if (values.since !== '' && since === undefined) errors.since = howToWriteMoment;
  if (values.until !== '' && until === undefined) errors.until = howToWriteMoment;
  if (since && until && since >= until) errors.until = 'This is not after the time in “Failed since”.';
  const filter = { ...(task && { task }), ...(code && { code }), ...(since && { since }), ...(until && { until }) };
  const isAsked = retryFields.some(
    (name) => typeof (asked as Record<string, unknown> | undefined)?.[name] === 'string',
  );
  return { values, errors, filter, isAsked };
};
