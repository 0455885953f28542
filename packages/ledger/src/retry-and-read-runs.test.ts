import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ann,
  makeLedger,
  makeQueuedRuns,
  makeWorker,
  openTestLedger,
  readState,
  type TestLedger,
} from '../test/make-ledger.js';
import { countRuns, feedRuns, readRun, readRunStates, readRuns, retryRuns } from './index.js';

let test: TestLedger;
beforeEach(async () => {
  test = await makeLedger();
});
afterEach(() => test.close());

/** Four runs: two failed for one reason, one for another, one completed. */
const makeEnded = async () => {
  const { runs, laneId } = await makeQueuedRuns(test.ledger, 4);
  const { attempts } = await makeWorker(test.ledger);
  const codes = ['21211', '21211', '30007', undefined];
  for (const [index, run] of runs.entries()) {
    await attempts.start(run);
    const code = codes[index];
    const outcome =
      code === undefined ? { state: 'completed', verdict: 'accepted' } : { state: 'failed', verdict: 'refused', code };
    await attempts.finish({
      ...run,
      spent: true,
      dueInMs: 0,
      durationMs: 1,
      ...(outcome as { state: 'failed'; verdict: 'refused' }),
    });
  }
  return { runs, laneId, attempts };
};

describe('retrying failed runs', () => {
  it('takes the failed ones of those named, and gives each its attempts anew', async () => {
    const { runs, laneId, attempts } = await makeEnded();
    const runIds = runs.map(({ runId }) => runId);
    expect(await retryRuns(test.ledger, { runIds, by: ann })).toBe(3);
    expect(await retryRuns(test.ledger, { runIds, by: ann })).toBe(0);
    const [again] = await feedRuns(test.ledger, { laneId, highWater: 10 });
    if (again === undefined) throw new Error('due at once');
    expect(await attempts.start(again)).toMatchObject({ attempts: 0, dispatch: 2 });
    await attempts.finish({
      ...again,
      state: 'completed',
      spent: true,
      dueInMs: 0,
      verdict: 'accepted',
      durationMs: 1,
    });
    const story = await readRun(test.ledger, again.runId);
    expect(story?.history.map(({ dispatch, number, verdict }) => [dispatch, number, verdict])).toEqual([
      [1, 1, 'refused'],
      [2, 1, 'accepted'],
    ]);
    expect(story).not.toHaveProperty('code');
  });

  it('retries each once when two people ask at the same moment', async () => {
    const { runs } = await makeEnded();
    const runIds = runs.map(({ runId }) => runId);
    const other = openTestLedger(test.url);
    const retried = await Promise.all([test.ledger, other].map((each) => retryRuns(each, { runIds, by: ann })));
    expect(retried.reduce((sum, each) => sum + each)).toBe(3);
    await other.close();
  });
});

describe('reading runs', () => {
  it('lists the newest first, a page at a time, by task, state and entity', async () => {
    const { runs } = await makeEnded();
    const ids = runs.map(({ runId }) => runId).toReversed();
    const list = async (filter: Parameters<typeof readRuns>[1], page = { limit: 10 }) =>
      (await readRuns(test.ledger, filter, page)).map(({ runId }) => runId);
    expect(await list({})).toEqual(ids);
    expect(await list({}, { limit: 2 })).toEqual(ids.slice(0, 2));
    const beforeRunId = ids[1] ?? '';
    expect((await readRuns(test.ledger, {}, { limit: 2, beforeRunId })).map(({ runId }) => runId)).toEqual(
      ids.slice(2),
    );
    expect(await list({ state: 'failed' })).toEqual(ids.slice(1));
    expect(await list({ state: 'completed', task: 'welcome' })).toEqual(ids.slice(0, 1));
    expect(await list({ entityPk: 'key-2' })).toEqual([ids[1]]);
    expect(await list({ task: 'another' })).toEqual([]);
  });

  it('counts them by task and state', async () => {
    await makeEnded();
    expect(await countRuns(test.ledger)).toEqual([
      { task: 'welcome', state: 'completed', runs: 1 },
      { task: 'welcome', state: 'failed', runs: 3 },
    ]);
  });

  it('tells what state those are in that are known by id only, and nothing of those that aren’t there', async () => {
    const { runs } = await makeEnded();
    const ids = runs.map(({ runId }) => runId);
    const states = await readRunStates(test.ledger, [...ids, '7000', '-1', 'abc', '', '99999999999999999999']);
    expect(ids.map((id) => states.get(id))).toEqual(['failed', 'failed', 'failed', 'completed']);
    expect(states.size).toBe(4);
    expect(await readRunStates(test.ledger, [])).toEqual(new Map());
  });

  it('finds no run by what is not the id of one', async () => {
    for (const runId of ['7', '-1', 'abc', '', '99999999999999999999']) {
      expect(await readRun(test.ledger, runId)).toBeUndefined();
    }
    const { runs } = await makeQueuedRuns(test.ledger, 1);
    expect(await readState(test, runs[0]?.runId ?? '')).toMatchObject({ state: 'queued' });
  });
});
