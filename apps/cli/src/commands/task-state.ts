/** `quail task pause` and `quail task resume`: all the tasks named, or none. */
import { QuailError } from '@quailrunner/domain';
import { type Ledger, readTasks, setTaskState } from '@quailrunner/ledger';
import { readActor } from '../actor.js';
import type { CliContext } from '../context.js';
import { withLedger } from '../with-ledger.js';

export const setTasks = (names: readonly string[], state: 'active' | 'paused', context: CliContext): Promise<void> =>
  withLedger(context, async (ledger) => {
    await refuseUnknown(names, ledger);
    for (const name of names) {
      await setTaskState(ledger, name, state, readActor());
      context.terminal.print(`${name} is ${state}.`);
    }
  });

const refuseUnknown = async (names: readonly string[], ledger: Ledger): Promise<void> => {
  const known = new Set((await readTasks(ledger)).map(({ name }) => name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new QuailError('NO_SUCH_TASK', `there is no task ${unknown.join(', ')}`);
};
