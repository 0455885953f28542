/** What a person gets to read when a command failed: what is wrong, where, and the mend; never a stack trace unasked. */
import { formatProblem, ProblemsError, QuailError } from '@quailrunner/domain';

/** One text, maybe of several lines. `withStack` adds where in our code it happened, for whoever mends us. */
export const describeFailure = (error: unknown, { withStack }: { withStack: boolean }): string => {
  const text = textOf(error);
  return withStack && error instanceof Error ? `${text}\n\n${stackOf(error)}` : text;
};

const textOf = (error: unknown): string => {
  if (error instanceof ProblemsError) return error.problems.map(formatProblem).join('\n');
  if (error instanceof QuailError) return withMend(error.message, (error as { mend?: unknown }).mend);
  if (isSystemError(error)) return error.message;
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return `${message}\n  → This is a bug in Quailrunner; LOG_LEVEL=debug shows where it happened.`;
};

const withMend = (message: string, mend: unknown): string =>
  typeof mend === 'string' && mend !== '' ? `${message}\n  → ${mend}` : message;

/** What the operating system refused says enough: `ENOENT: no such file or directory, open 'x.sql'`. */
const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && typeof (error as NodeJS.ErrnoException).code === 'string';

const stackOf = (error: Error): string => {
  const stack = error.stack ?? String(error);
  return error.cause instanceof Error ? `${stack}\ncaused by: ${stackOf(error.cause)}` : stack;
};
