/** The users' databases, by name. They are only ever read: every query runs in a READ ONLY transaction. */
import { Socket } from 'node:net';
import { Pool, type PoolClient } from 'pg';
import { PredicateFault, sourceVariable } from './predicate-fault.js';

export interface Sources {
  /** Runs `read` in a transaction that can't write, on a connection of its own, and ends both. */
  readOnly<Result>(source: string, read: (client: PoolClient) => Promise<Result>): Promise<Result>;
  readonly names: readonly string[];
  /** Breaks off what is still being read. */
  close(): Promise<void>;
}

export interface SourceOptions {
  /** Limit of one statement; reading a batch is one statement. */
  readonly statementTimeoutMs: number;
  /** Scans at a time in one source: its owner's other work comes first. */
  readonly maxConnections?: number;
}

const connectTimeoutMs = 5_000;

const ignore = (): void => {};

export const openSources = (urls: Readonly<Record<string, string>>, options: SourceOptions): Sources => {
  const pools = new Map<string, Pool>();
  const sockets = new Set<Socket>();

  const makeSocket = (): Socket => {
    const socket = new Socket();
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };

  const poolOf = (source: string): Pool => {
    const known = pools.get(source);
    if (known) return known;
    const url = urls[source];
    if (url === undefined) throw unknownSource(source, Object.keys(urls));
    const pool = new Pool({
      connectionString: url,
      max: options.maxConnections ?? 4,
      connectionTimeoutMillis: connectTimeoutMs,
      // For a server that says nothing at all any more, not even that the time is over.
      query_timeout: options.statementTimeoutMs + 5_000,
      keepAlive: true,
      stream: makeSocket,
      idleTimeoutMillis: 30_000,
      application_name: 'quailrunner',
    });
    pool.on('error', ignore); // An idle connection that breaks is replaced at the next use.
    pools.set(source, pool);
    return pool;
  };

  return {
    names: Object.keys(urls),
    readOnly: async (source, read) => {
      const client = await poolOf(source).connect();
      // A connection that breaks says so twice: to the query in progress, and here.
      client.on('error', ignore);
      let fault: Error | undefined;
      try {
        await client.query(beginReadOnly(options.statementTimeoutMs));
        const result = await read(client);
        await client.query('rollback');
        return result;
      } catch (error) {
        fault = error instanceof Error ? error : new Error(String(error));
        throw error;
      } finally {
        client.off('error', ignore);
        // After a fault the connection may be in any state: it is closed instead of handed on.
        client.release(fault);
      }
    },
    close: async () => {
      const ended = Promise.all([...pools.values()].map((pool) => pool.end()));
      for (const socket of sockets) socket.destroy();
      await ended;
    },
  };
};

/**
 * ISO dates keep values unambiguous; the order of day and month in the predicate's own literals stays the database's.
 * A cursor is read to its end, so it is planned for all rows and not for the first tenth.
 */
const beginReadOnly = (statementTimeoutMs: number): string => `
  begin transaction read only;
  set local statement_timeout = ${Math.round(statementTimeoutMs)};
  set local idle_in_transaction_session_timeout = ${Math.round(Math.max(statementTimeoutMs, 60_000))};
  set local datestyle to 'ISO';
  set local extra_float_digits = 1;
  set local cursor_tuple_fraction = 1.0`;

const unknownSource = (source: string, known: string[]): PredicateFault =>
  new PredicateFault('SOURCE_UNKNOWN', `there is no source "${source}"`, {
    mend: `set ${sourceVariable(source)}${known.length > 0 ? `, or use one of: ${known.join(', ')}` : ''}`,
  });
