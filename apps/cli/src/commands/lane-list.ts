/** `quail lanes list`, `pause` and `resume`. */
import { maskLaneKey, QuailError, whyStopped } from '@quailrunner/domain';
import { countLanes, type LaneCounts, type Ledger, pauseLane, readLanes, resumeLane } from '@quailrunner/ledger';
import { readActor } from '../actor.js';
import type { CliContext } from '../context.js';
import { formatRate } from '../output/rate.js';
import { type Column, formatTable } from '../output/table.js';
import { withLedger } from '../with-ledger.js';

const columns: readonly Column<LaneCounts>[] = [
  { title: 'LANE', value: ({ laneId }) => String(laneId), align: 'right' },
  { title: 'KEY', value: ({ key }) => maskLaneKey(key) },
  { title: 'STATE', value: ({ state }) => state, paint: ({ state }) => (state === 'open' ? undefined : 'yellow') },
  { title: 'RATE', value: ({ ratePerSecond }) => formatRate(ratePerSecond), align: 'right' },
  { title: 'PACE', value: (lane) => paceOf(lane), align: 'right' },
  { title: 'WAITING', value: ({ waiting }) => waiting, align: 'right' },
  { title: 'QUEUED', value: ({ queued }) => queued, align: 'right' },
  { title: 'SENDING', value: ({ sending }) => sending, align: 'right' },
  { title: 'REASON', value: (lane) => whyStopped(lane) ?? '' },
];

/** How fast it sends at present, where that is less than its rate. */
const paceOf = ({ backoffMs, pace }: LaneCounts): string => {
  if (backoffMs !== undefined) return 'resting';
  return pace === undefined ? '' : formatRate(pace);
};

export const listLanes = async (json: boolean, context: CliContext): Promise<void> => {
  const { terminal } = context;
  const lanes = await withLedger(context, countLanes);
  if (json) terminal.printJson(lanes.map((lane) => ({ ...lane, key: maskLaneKey(lane.key) })));
  else if (lanes.length === 0) terminal.print('No lanes yet: a lane comes to be with the first entity that needs it.');
  else terminal.print(formatTable(columns, lanes, terminal.paint));
};

export const setLanes = (ids: readonly number[], state: 'paused' | 'open', context: CliContext): Promise<void> =>
  withLedger(context, async (ledger) => {
    await refuseUnknown(ids, ledger);
    const by = readActor();
    for (const id of ids) {
      const isChanged = state === 'open' ? resumeLane(ledger, id, by) : pauseLane(ledger, id, by);
      const already = (await isChanged) ? '' : ' already';
      context.terminal.print(`Lane ${id} is ${state}${already}.`);
    }
  });

export const refuseUnknown = async (ids: readonly number[], ledger: Ledger): Promise<void> => {
  const known = new Set((await readLanes(ledger)).map(({ laneId }) => laneId));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) throw new QuailError('NO_SUCH_LANE', `there is no lane ${unknown.join(', ')}`);
};
