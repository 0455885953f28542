/** `quail task pause` and `quail task resume`. */
import { QuailError } from '@quailrunner/domain';
import { setTaskState, type TaskState } from '@quailrunner/ledger';
import type { CliContext } from '../context.js';
import { withLedger } from '../with-ledger.js';

export const setTasks = (names: readonly string[], state: TaskState, context: CliContext): Promise<void> =>
  withLedger(context, async (ledger) => {
    const unknown: string[] = [];
    for (const name of names) {
      if (await setTaskState(ledger, name, state)) context.terminal.print(`${name} is ${state}.`);
      else unknown.push(name);
    }
    if (unknown.length > 0) throw new QuailError('NO_SUCH_TASK', `there is no task ${unknown.join(', ')}`);
  });
