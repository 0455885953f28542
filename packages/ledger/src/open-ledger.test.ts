import { QuailError } from '@quailrunner/domain';
import type { EventName, Log } from '@quailrunner/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../test/support/index.js';
import { makeKey, makeLedger, type TestLedger } from '../test/make-ledger.js';
import { openLedger, readLanes } from './index.js';
import { toLedgerFault } from './ledger-fault.js';
import { inTransaction, query } from './query.js';

let test: TestLedger;
beforeEach(async () => {
  test = await makeLedger();
});
afterEach(() => test.close());

const killAll = () =>
  test.ask(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'victim'`);

describe('an open ledger', () => {
  it('says that idle connections were lost, and opens new ones', async () => {
    const events: EventName[] = [];
    const log: Log = { emit: (event) => void events.push(event), close: () => {} };
    const ledger = openLedger({ databaseUrl: test.url, encryptionKey: makeKey(), applicationName: 'victim' }, log);
    expect(await readLanes(ledger)).toEqual([]);
    await killAll();
    await waitUntil(() => events.length > 0, { what: 'the loss to be told' });
    expect(events).toEqual(['ledger.connection_lost']);
    expect(await readLanes(ledger)).toEqual([]);
    await ledger.close();
  });

  it('rolls back and goes on when the connection is lost within a transaction', async () => {
    const ledger = openLedger({ databaseUrl: test.url, encryptionKey: makeKey(), applicationName: 'victim' });
    const work = inTransaction(ledger, async (ask) => {
      await ask(`insert into quailrunner.lanes (key) values ('half')`);
      await killAll();
      await ask('select 1');
    });
    await expect(work).rejects.toMatchObject({ code: 'LEDGER_UNREACHABLE', retryable: true });
    expect(await readLanes(ledger)).toEqual([]);
    await ledger.close();
  });

  it('repeats a statement that lost to a deadlock', async () => {
    await test.ask(`insert into quailrunner.lanes (key) values ('a'), ('b')`);
    const touch = `update quailrunner.lanes set changed_at = now() where key = $1`;
    const both = await inTransaction(test.ledger, async (ask) => {
      await ask(touch, ['b']);
      // Takes a, waits for b, and so is the first to find out that we wait for each other.
      const victim = query(
        test.ledger,
        `update quailrunner.lanes set reason = null where key in ('a', 'b') returning key`,
      );
      await test.waitUntilBlocked();
      await ask(touch, ['a']);
      return { victim };
    });
    expect(await both.victim).toEqual([{ key: 'a' }, { key: 'b' }]);
  });

  it('commits for good, also where the database was told not to wait for its disk', async () => {
    const name = new URL(test.url).pathname.slice(1);
    await test.ask(`alter database ${name} set synchronous_commit = off`);
    const ledger = openLedger({ databaseUrl: test.url, encryptionKey: makeKey(), applicationName: 'victim' });
    expect(await query(ledger, 'show synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
    await ledger.close();
  });
});

describe('a fault of the ledger', () => {
  it('leaves behind what the server tells of a row, and scrubs the rest', () => {
    const error = Object.assign(new Error('invalid input for +15550100234'), { code: '22P02', detail: 'row (Ann)' });
    const fault = toLedgerFault(error);
    expect(fault).toMatchObject({ code: 'LEDGER_VALUE_REFUSED', context: { sqlState: '22P02' } });
    expect(fault.message).not.toContain('5550100');
    expect(JSON.stringify({ ...fault, cause: fault.cause })).not.toContain('Ann');
  });

  it.each([
    ['57P01', 'LEDGER_UNREACHABLE', true],
    ['53300', 'LEDGER_EXHAUSTED', true],
    ['57014', 'LEDGER_TIMEOUT', true],
    ['28P01', 'LEDGER_LOGIN_REFUSED', false],
    ['25006', 'LEDGER_READ_ONLY', true],
    ['42601', 'LEDGER_FAULT', false],
  ])('%s is %s', (sqlState, code, retryable) => {
    expect(toLedgerFault(Object.assign(new Error('x'), { code: sqlState }))).toMatchObject({ code, retryable });
  });

  it('is not wrapped twice', () => {
    const fault = new QuailError('X', 'x');
    expect(toLedgerFault(fault)).toBe(fault);
  });
});
