/** How statements reach PostgreSQL: faults come back as `LedgerFault`s, and what lost to a deadlock is tried again. */
import type pg from 'pg';
import { sqlStateOf, toLedgerFault } from './ledger-fault.js';
import { inside, type Ledger } from './open-ledger.js';

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
): Promise<Row[]> => queryOn(ledger[inside].pool, statement, values);

export const queryOn = async <Row>(
  pool: pg.Pool,
  statement: string | PreparedStatement,
  values: readonly unknown[],
): Promise<Row[]> => {
  const config = typeof statement === 'string' ? { text: statement } : statement;
  for (let triesLeft = triesAfterDeadlock; ; triesLeft -= 1) {
    try {
      return (await pool.query({ ...config, values: [...values] })).rows as Row[];
    } catch (error) {
      if (sqlStateOf(error) !== deadlock || triesLeft === 0) throw toLedgerFault(error);
    }
  }
};

/** The one row that the statement is sure to return. */
export const queryOne = async <Row>(ledger: Ledger, text: string, values: readonly unknown[] = []): Promise<Row> => {
  const [row] = await query<Row>(ledger, text, values);
  return row as Row;
};

export type Ask = <Row>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/** Commits when `work` ends and rolls back when it throws. */
export const inTransaction = async <Result>(ledger: Ledger, work: (ask: Ask) => Promise<Result>): Promise<Result> => {
  const client = await connect(ledger);
  const ask: Ask = async (text, values = []) => (await client.query(text, [...values])).rows;
  // A connection lost between two statements is told to nobody else; the next statement on it fails.
  const ignore = () => {};
  client.on('error', ignore);
  let fault: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(ask);
    await client.query('commit');
    return result;
  } catch (error) {
    fault = toLedgerFault(error);
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
    throw toLedgerFault(error);
  }
};

/** Columns that are null are absent from what we return. */
export const withoutNulls = <Row extends object>(row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Row;
