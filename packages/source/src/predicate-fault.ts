import { QuailError } from '@quailrunner/domain';
import { DatabaseError } from 'pg';
import { placeOf } from './sql-text.js';

/**
 * Why a predicate could not be read: what, where in the predicate, and how to mend it. `retryable` when it may go away by
 * itself (the database is down, a statement took too long).
 */
export class PredicateFault extends QuailError {
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly mend: string | undefined;

  constructor(
    code: string,
    message: string,
    options: { place?: { line: number; column: number }; mend?: string; retryable?: boolean; cause?: unknown } = {},
  ) {
    super(code, message, { retryable: options.retryable ?? false, cause: options.cause });
    this.name = 'PredicateFault';
    this.line = options.place?.line;
    this.column = options.place?.column;
    this.mend = options.mend;
  }
}

interface KnownError {
  readonly code: string;
  readonly mend: string;
  readonly retryable?: boolean;
}

/** PostgreSQL's error codes (its documentation, appendix A) that people meet, and what to do. */
const knownErrors: Readonly<Record<string, KnownError>> = {
  '42601': { code: 'PREDICATE_SYNTAX', mend: 'try the file in psql: it shows the same place' },
  '42P01': {
    code: 'PREDICATE_NO_TABLE',
    mend: 'check the table name and its schema, as the source database sees them',
  },
  '42703': { code: 'PREDICATE_NO_COLUMN', mend: 'check the column name' },
  '42501': {
    code: 'PREDICATE_NOT_PERMITTED',
    mend: "grant the source's user SELECT on what the predicate reads",
  },
  '57014': {
    code: 'PREDICATE_TIMED_OUT',
    mend: 'look at EXPLAIN of the predicate: an index may be missing',
    retryable: true,
  },
  '22P02': {
    code: 'PREDICATE_FAILED',
    mend: 'a text does not fit the type that it is compared with or cast to: the key of an entity, say',
  },
  '25006': { code: 'PREDICATE_WRITES', mend: 'a predicate may only read' },
  '0A000': { code: 'PREDICATE_NOT_A_SELECT', mend: 'a predicate is one SELECT that only reads' },
};

const awayCodes = /^(08|53|57P|58)|^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|ENET)/;
const loginCodes: Readonly<Record<string, string>> = {
  '28P01': 'the user name or the password is wrong',
  '28000': 'the database refuses this user',
  '3D000': 'there is no such database',
};

/** Turns what `pg` throws into a fault a person can mend. `prefixLength` is what we put before the predicate. */
export const toPredicateFault = (
  error: unknown,
  { source, predicate, prefixLength }: { source: string; predicate: string; prefixLength: number },
): PredicateFault => {
  if (error instanceof PredicateFault) return error;
  const code = (error as { code?: string }).code ?? '';
  if (!(error instanceof DatabaseError) || awayCodes.test(code) || code in loginCodes)
    return sourceFault(error, source);
  const offset = Number(error.position) - 1 - prefixLength;
  const known = knownErrors[code];
  return new PredicateFault(known?.code ?? 'PREDICATE_FAILED', withoutValues(error.message, code), {
    ...(offset >= 0 ? { place: placeOf(predicate, offset) } : {}),
    ...(error.hint || known ? { mend: error.hint ?? known?.mend ?? '' } : {}),
    retryable: known?.retryable ?? false,
    cause: error,
  });
};

/** Errors of class 22 (data exceptions) repeat the value that was at fault. */
const withoutValues = (message: string, code: string): string =>
  code.startsWith('22') ? message.replaceAll(/"[^"]*"/g, '"…"') : message;

const sourceFault = (error: unknown, source: string): PredicateFault => {
  const code = (error as { code?: string }).code ?? '';
  const reason = loginCodes[code] ?? (error instanceof Error && error.message ? error.message : code);
  return new PredicateFault('SOURCE_UNREACHABLE', `the source "${source}" can't be reached: ${reason}`, {
    mend: `check ${sourceVariable(source)} and that its database runs`,
    retryable: true,
    cause: error,
  });
};

/** The environment variable that names a source. */
export const sourceVariable = (source: string): string =>
  source === 'default' ? 'SOURCE_DATABASE_URL' : `SOURCE_${source.toUpperCase().replaceAll('-', '_')}_DATABASE_URL`;
