/** How statements reach PostgreSQL: faults come back as `LedgerFault`s, and what lost to a deadlock is tried again. */
import type { QuailError } from '@quailrunner/domain';
import type pg from 'pg';
import { toLedgerFault } from './ledger-fault.js';
import { type Inside, inside, type Ledger } from './open-ledger.js';

const deadlock = '40P01';
const triesAfterDeadlock = 3;

/** A statement that runs often and is parsed once on each connection. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/** Runs one statement, which is a transaction of its own: after a deadlock nothing of it stands, so it may be repeated. */
export const query = <Row>(
  ledger: Ledger,
  statement: string | PreparedStatement,
  values: readonly unknown[] = [],
): Promise<Row[]> => run(ledger, 'pool', toConfig(statement, values));

/** The same on the connections of the hot path. */
export const queryHot = <Row>(
  ledger: Ledger,
  statement: PreparedStatement,
  values: readonly unknown[],
): Promise<Row[]> => run(ledger, 'writers', toConfig(statement, values));

const toConfig = (statement: string | PreparedStatement, values: readonly unknown[]): pg.QueryConfig => ({
  ...(typeof statement === 'string' ? { text: statement } : statement),
  values: [...values],
});

const run = <Row>(ledger: Ledger, pool: 'pool' | 'writers', config: pg.QueryConfig): Promise<Row[]> =>
  repeated(async () => {
    try {
      const { rows } = await ledger[inside][pool].query(config);
      answered(ledger);
      return rows as Row[];
    } catch (error) {
      throw toToldFault(ledger, error);
    }
  });

/** What lost to a deadlock left nothing behind. */
const repeated = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  for (let triesLeft = triesAfterDeadlock; ; triesLeft -= 1) {
    try {
      return await work();
    } catch (fault) {
      if ((fault as QuailError).context.sqlState !== deadlock || triesLeft === 0) throw fault;
    }
  }
};

const answered = (ledger: Ledger): void => ledger[inside].outage.back(ledger[inside].pool);

/** That the server is away is told once, whoever finds out. */
const toToldFault = (ledger: Ledger, error: unknown): QuailError => {
  const fault = toLedgerFault(error);
  if (fault.code === 'LEDGER_UNREACHABLE') ledger[inside].outage.lost(ledger[inside].pool, fault);
  return fault;
};

/** The one row that the statement is sure to return. */
export const queryOne = async <Row>(ledger: Ledger, text: string, values: readonly unknown[] = []): Promise<Row> => {
  const [row] = await query<Row>(ledger, text, values);
  return row as Row;
};

export interface Ask {
  <Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The key under which this transaction's act is done, once. */
  readonly once?: Inside['once'];
}

/** Each statement a transaction of its own: for what also runs within a larger one. */
export const askAlone =
  (ledger: Ledger): Ask =>
  (text, values) =>
    query(ledger, text, values);

/**
 * Commits when `work` ends and rolls back when it throws. After a deadlock it is done once more, from its beginning: it does
 * nothing but ask.
 */
export const inTransaction = <Result>(ledger: Ledger, work: (ask: Ask) => Promise<Result>): Promise<Result> =>
  repeated(() => inOneTransaction(ledger, work));

const inOneTransaction = async <Result>(ledger: Ledger, work: (ask: Ask) => Promise<Result>): Promise<Result> => {
  const client = await connect(ledger);
  const { once } = ledger[inside];
  const ask: Ask = Object.assign(
    async (text: string, values: readonly unknown[] = []) => (await client.query(text, [...values])).rows,
    once && { once },
  );
  // A connection lost between two statements is told to nobody else; the next statement on it fails.
  const ignore = () => {};
  client.on('error', ignore);
  let fault: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(ask);
    await client.query('commit');
    answered(ledger);
    return result;
  } catch (error) {
    fault = toToldFault(ledger, error);
    throw fault;
  } finally {
    client.off('error', ignore);
    // A connection that saw a fault is closed, which rolls back.
    client.release(fault);
  }
};

const connect = async (ledger: Ledger): Promise<pg.PoolClient> => {
  try {
    return await ledger[inside].pool.connect();
  } catch (error) {
    throw toToldFault(ledger, error);
  }
};

/** Columns that are null are absent from what we return. */
export const withoutNulls = <Row extends object>(row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Row;
