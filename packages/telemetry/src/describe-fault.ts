import { QuailError, scrub } from '@quailrunner/domain';
import type { Fault } from './events.js';

/** What a log may hold of something thrown: its code and its message without personal data or credentials. */
export const describeFault = (error: unknown): Fault => {
  if (error instanceof QuailError) return { fault: error.code, message: scrub(error.message) };
  if (!(error instanceof Error)) return { fault: 'UNKNOWN', message: scrub(String(error)) };
  // An AggregateError (a host with several addresses, none of which answered) has an empty message of its own.
  const message = error.message || (error instanceof AggregateError ? String(error.errors[0]?.message ?? '') : '');
  const code = (error as { code?: unknown }).code;
  return { fault: typeof code === 'string' ? code : error.name, message: scrub(message) };
};
