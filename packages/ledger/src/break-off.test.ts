import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTcpDoor, type TcpDoor } from '../../../test/support/tcp-door.js';
import { makeLedger, openTestLedger, type TestLedger } from '../test/make-ledger.js';
import { type Ledger, readLanes } from './index.js';
import { query } from './query.js';

let test: TestLedger;
let door: TcpDoor;
let ledger: Ledger;

beforeEach(async () => {
  test = await makeLedger();
  door = await openTcpDoor(test.url);
  ledger = openTestLedger(door.url);
});
afterEach(async () => {
  await ledger.close();
  await door.close();
  await test.close();
});

const timed = async (work: Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work;
  return performance.now() - began;
};

const lost = (work: Promise<unknown>) => expect(work).rejects.toMatchObject({ code: 'LEDGER_UNREACHABLE' });

describe('a ledger that hurries', () => {
  it('breaks off what a hanging server leaves unanswered, and what is asked after it', async () => {
    await readLanes(ledger);
    door.freeze();
    const inProgress = lost(readLanes(ledger));
    ledger.hurry();
    expect(await timed(inProgress)).toBeLessThan(2_000);
    expect(await timed(lost(readLanes(ledger)))).toBeLessThan(500);
  });

  it('goes on when the server is back', async () => {
    door.freeze();
    ledger.hurry();
    await lost(readLanes(ledger));
    await door.open();
    await expect.poll(() => readLanes(ledger).catch(() => undefined), { timeout: 5_000 }).toEqual([]);
  });

  it('waits for a long statement of a server that answers', async () => {
    const slow = query(ledger, 'select pg_sleep(1.5)');
    ledger.hurry();
    expect(await slow).toHaveLength(1);
  });

  it('closes within two seconds while a statement hangs', async () => {
    await readLanes(ledger);
    door.freeze();
    const inProgress = lost(readLanes(ledger));
    expect(await timed(ledger.close())).toBeLessThan(2_000);
    await inProgress;
  });
});
