/** `quail task`: check and apply task files, look at tasks, pause and resume them. */
import { QuailError } from '@quailrunner/domain';
import { setTaskState, type TaskState } from '@quailrunner/ledger';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { withLedger } from '../with-ledger.js';
import { applyTasks, checkTasks } from './task-files.js';
import { listTasks, showTask } from './task-list.js';

interface Json {
  readonly json?: true;
}

export const addTaskCommand = (program: Command, context: CliContext): void => {
  const task = program.command('task').description('what to send to whom: SQL files with settings in a comment');
  task
    .command('check')
    .description('check task files against their sources; writes and sends nothing')
    .argument('<paths...>', 'task files, or directories of them')
    .option('--json', 'for programs')
    .action((paths: string[], { json }: Json) => checkTasks(paths, json === true, context));
  task
    .command('apply')
    .description('check task files and save them: new tasks begin at once, changed ones get a new revision')
    .argument('<paths...>', 'task files, or directories of them')
    .option('--json', 'for programs')
    .action((paths: string[], { json }: Json) => applyTasks(paths, json === true, context));
  task
    .command('list')
    .description('show tasks with their state, counts and errors')
    .option('--json', 'for programs')
    .action(({ json }: Json) => listTasks(json === true, context));
  task
    .command('show')
    .description('show one task: settings, predicate, counts')
    .argument('<name>')
    .option('--json', 'for programs')
    .action((name: string, { json }: Json) => showTask(name, json === true, context));
  task
    .command('pause')
    .description('scan and send nothing more for these tasks until they are resumed')
    .argument('<names...>')
    .action((names: string[]) => setTasks(names, 'paused', context));
  task
    .command('resume')
    .description('let these tasks go on')
    .argument('<names...>')
    .action((names: string[]) => setTasks(names, 'active', context));
};

const setTasks = (names: readonly string[], state: TaskState, context: CliContext): Promise<void> =>
  withLedger(context, async (ledger) => {
    const unknown: string[] = [];
    for (const name of names) {
      if (await setTaskState(ledger, name, state)) context.terminal.print(`${name} is ${state}.`);
      else unknown.push(name);
    }
    if (unknown.length > 0) throw new QuailError('NO_SUCH_TASK', `there is no task ${unknown.join(', ')}`);
  });
