import { formatProblem, maskLaneKey } from '@quailrunner/domain';
import { type Ledger, readLanes, readTasks } from '@quailrunner/ledger';

/** What the ledger knows of why not all was sent: tasks whose scan failed, lanes that are held. A sentence each. */
export const readReasons = async (ledger: Ledger): Promise<string[]> => {
  const [tasks, lanes] = await Promise.all([readTasks(ledger), readLanes(ledger)]);
  return [
    ...tasks.flatMap(({ name, error }) => (error === undefined ? [] : [`${name}: ${formatProblem(error)}`])),
    ...lanes.flatMap(({ key, state, reason }) =>
      state === 'open'
        ? []
        : [`the lane ${maskLaneKey(key)} is ${state}${state === 'paused' ? ' by' : ':'} ${reason ?? ''}`],
    ),
  ];
};
