/**
 * The one class for faults: things that should not happen, or that only the outside can mend. Expected outcomes are
 * unions instead. `context` holds ids and counts, never data of an entity.
 */
export class QuailError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly context: Readonly<Record<string, string | number>>;

  constructor(
    code: string,
    message: string,
    options: { retryable?: boolean; cause?: unknown; context?: Record<string, string | number> } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'QuailError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.context = options.context ?? {};
  }
}

/** A mistake in something a person wrote: what is wrong, where, and how to mend it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly mend?: string;
  /** File, setting or environment variable. */
  readonly where?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based, in UTF-16 code units. */
  readonly column?: number;
}

/** Several mistakes at once: a person mends them in one go. */
export class ProblemsError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'ProblemsError';
    this.problems = problems;
  }
}

/** `tasks/welcome.sql:12:7: unknown setting "retry" (did you mean "retries"?)` */
export const formatProblem = (problem: Problem): string => {
  const place = [problem.where, problem.line, problem.line === undefined ? undefined : problem.column]
    .filter((part) => part !== undefined)
    .join(':');
  const text = problem.mend ? `${problem.message}\n  → ${problem.mend}` : problem.message;
  return place ? `${place}: ${text}` : text;
};
