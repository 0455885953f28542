/**
 * What PostgreSQL says of itself, as faults that a person can mend. A server's `detail` may hold a row's values and is
 * left behind.
 */
import { QuailError, scrub } from '@quailrunner/domain';

export class LedgerFault extends QuailError {
  readonly mend: string | undefined;

  constructor(code: string, message: string, options: { mend?: string; retryable?: boolean; sqlState?: string } = {}) {
    super(code, message, {
      retryable: options.retryable ?? false,
      ...(options.sqlState === undefined ? {} : { context: { sqlState: options.sqlState } }),
    });
    this.name = 'LedgerFault';
    this.mend = options.mend;
  }
}

interface KnownError {
  readonly code: string;
  readonly mend?: string;
  readonly retryable?: boolean;
}

const unreachable: KnownError = {
  code: 'LEDGER_UNREACHABLE',
  mend: 'Is PostgreSQL running at the host and port of DATABASE_URL?',
  retryable: true,
};

/** By SQLSTATE, whole or its class (PostgreSQL's documentation, appendix A). */
const knownErrors: Readonly<Record<string, KnownError>> = {
  '08': unreachable,
  '22': { code: 'LEDGER_VALUE_REFUSED' },
  '23': { code: 'LEDGER_VALUE_REFUSED' },
  '25006': { code: 'LEDGER_READ_ONLY', mend: 'DATABASE_URL must name the primary, not a standby.', retryable: true },
  '28': { code: 'LEDGER_LOGIN_REFUSED', mend: 'Check the user and the password in DATABASE_URL.' },
  '3D000': { code: 'LEDGER_NO_DATABASE', mend: 'Create the database that DATABASE_URL names.' },
  '3F000': { code: 'LEDGER_NOT_MIGRATED', mend: 'Run `quail migrate`.' },
  '40': { code: 'LEDGER_CONFLICT', retryable: true },
  '42501': {
    code: 'LEDGER_NO_RIGHTS',
    mend: 'The user of DATABASE_URL must own the schema quailrunner, or may create it: `grant create on database … to …`.',
  },
  '42703': { code: 'LEDGER_NOT_MIGRATED', mend: 'Run `quail migrate`.' },
  '42P01': { code: 'LEDGER_NOT_MIGRATED', mend: 'Run `quail migrate`.' },
  '53': { code: 'LEDGER_EXHAUSTED', mend: 'Look at max_connections and at the disk of DATABASE_URL.', retryable: true },
  '55P03': {
    code: 'LEDGER_LOCKED',
    mend: 'Somebody holds a lock in schema quailrunner: see pg_locks.',
    retryable: true,
  },
  '57': unreachable,
  '57014': { code: 'LEDGER_TIMEOUT', mend: 'PostgreSQL took too long: see pg_stat_activity.', retryable: true },
};

/** `pg` says these of connections that it gave up; they carry no code. */
const lostConnection = /timeout|terminated|not queryable|closed/i;

export const toLedgerFault = (error: unknown): QuailError => {
  if (error instanceof QuailError) return error;
  const sqlState = sqlStateOf(error);
  const known = sqlState === undefined ? knownWithoutState(error) : knownOf(sqlState);
  const text = scrub(messageOf(error));
  return new LedgerFault(known?.code ?? 'LEDGER_FAULT', `The ledger's database says: ${text}`, {
    ...(known?.mend === undefined ? {} : { mend: known.mend }),
    ...(sqlState === undefined ? {} : { sqlState }),
    retryable: known?.retryable ?? false,
  });
};

const knownOf = (sqlState: string): KnownError | undefined =>
  knownErrors[sqlState] ?? knownErrors[sqlState.slice(0, 2)];

const knownWithoutState = (error: unknown): KnownError | undefined => {
  const isSystemError = typeof (error as { code?: unknown }).code === 'string';
  return isSystemError || lostConnection.test(messageOf(error)) ? unreachable : undefined;
};

/** A host with several addresses, none of which answered, says why in its parts only. */
const messageOf = (error: unknown): string => {
  if (error instanceof AggregateError && !error.message) return String(error.errors[0]?.message ?? '');
  return error instanceof Error ? error.message : String(error);
};

/** SQLSTATE of a server's error; a system's error (`ECONNREFUSED`) has none. */
export const sqlStateOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
};

/** True when a value was refused, whoever else wrote in the same statement: it will be refused again. */
export const isOneItemsFault = (error: unknown): boolean =>
  error instanceof LedgerFault && error.code === 'LEDGER_VALUE_REFUSED';
