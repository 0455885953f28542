/** `quail task`: check and apply task files, look at tasks, pause and resume them. */
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { parseAddress, wholeNumber } from './arguments.js';

interface TestOptions extends Json {
  readonly to: string;
  readonly entity?: string;
}

interface PlanOptions {
  readonly prices?: string;
  readonly samples: number;
  readonly json?: true;
}

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
    .action(async (paths: string[], { json }: Json) =>
      (await import('./task-files.js')).checkTasks(paths, json === true, context),
    );
  task
    .command('plan')
    .description('show what tasks would send to whom, when and for how much; writes and sends nothing')
    .argument('<tasks...>', 'task files, directories of them, or names of tasks')
    .option('--prices <file>', 'what segments cost, by prefix of the number; prices.yaml unless given')
    .option('--samples <count>', 'messages to show in full', wholeNumber(0, 10), 3)
    .option('--json', 'for programs')
    .action(async (tasks: string[], options: PlanOptions) =>
      (await import('./task-plan.js')).planTasks(tasks, options, context),
    );
  task
    .command('send-test')
    .description("send one entity's message to a number of yours, the whole way; the entity's own run is untouched")
    .argument('<task>', 'a task file, or the name of a task')
    .requiredOption('--to <number>', 'your number, such as +15005550010', parseAddress)
    .option('--entity <key>', 'the entity with this entity_pk; the first one unless given')
    .option('--json', 'for programs')
    .action(async (name: string, options: TestOptions) =>
      (await import('./task-test.js')).testTask(name, options, context),
    );
  task
    .command('apply')
    .description('check task files and save them: new tasks begin at once, changed ones get a new revision')
    .argument('<paths...>', 'task files, or directories of them')
    .option('--json', 'for programs')
    .action(async (paths: string[], { json }: Json) =>
      (await import('./task-files.js')).applyTasks(paths, json === true, context),
    );
  task
    .command('list')
    .description('show tasks with their state, counts and errors')
    .option('--json', 'for programs')
    .action(async ({ json }: Json) => (await import('./task-list.js')).listTasks(json === true, context));
  task
    .command('show')
    .description('show one task: settings, predicate, counts')
    .argument('<name>')
    .option('--json', 'for programs')
    .action(async (name: string, { json }: Json) =>
      (await import('./task-list.js')).showTask(name, json === true, context),
    );
  task
    .command('pause')
    .description('scan and send nothing more for these tasks until they are resumed')
    .argument('<names...>')
    .action(async (names: string[]) => (await import('./task-state.js')).setTasks(names, 'paused', context));
  task
    .command('resume')
    .description('let these tasks go on')
    .argument('<names...>')
    .action(async (names: string[]) => (await import('./task-state.js')).setTasks(names, 'active', context));
};
