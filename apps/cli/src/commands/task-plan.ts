/** `quail task plan`. */
import { existsSync } from 'node:fs';
import { type Config, type Prices, readPrices, readTaskFiles, type TaskFile } from '@quailrunner/config';
import { ProblemsError, QuailError, type TaskDefinition } from '@quailrunner/domain';
import { planTask, type TaskPlan } from '@quailrunner/engine';
import { type Ledger, readRevision, readTask } from '@quailrunner/ledger';
import { openSources } from '@quailrunner/source';
import type { CliContext } from '../context.js';
import { formatPlan } from '../output/plan.js';
import { withLedger } from '../with-ledger.js';

export interface PlanOptions {
  readonly prices?: string;
  readonly samples: number;
  readonly json?: true;
}

/** A million rows are read in one go. */
const statementTimeoutMs = 300_000;

export const planTasks = async (tasks: readonly string[], options: PlanOptions, context: CliContext): Promise<void> => {
  const { terminal } = context;
  const prices = findPrices(options.prices);
  await withLedger(context, async (ledger, config) => {
    const planned = await readPlanned(tasks, config, ledger);
    const sources = openSources(config.sources, { statementTimeoutMs });
    const plans: TaskPlan[] = [];
    try {
      for (const { definition, file } of planned) {
        const deps = { ledger, sources, secrets: config.secrets, ...(prices === undefined ? {} : { prices }) };
        plans.push(await located(file, () => planTask(definition, deps)));
      }
    } finally {
      await sources.close();
    }
    const shown = plans.map((plan) => ({ ...plan, samples: plan.samples.slice(0, options.samples) }));
    if (options.json) return terminal.printJson({ plans: shown });
    terminal.print(shown.map((plan) => formatPlan(plan, terminal.paint)).join('\n\n'));
  });
};

const usualPrices = 'prices.yaml';

/** The one that is named has to be there; the usual one may be. */
const findPrices = (named: string | undefined): Prices | undefined => {
  if (named !== undefined) return readPrices(named);
  return existsSync(usualPrices) ? readPrices(usualPrices) : undefined;
};

interface Planned {
  readonly definition: TaskDefinition;
  readonly file?: TaskFile;
}

/** A name is a name where no file is called so. */
const readPlanned = async (tasks: readonly string[], config: Config, ledger: Ledger): Promise<Planned[]> => {
  const planned: Planned[] = [];
  for (const task of tasks) {
    if (existsSync(task) || /[./\\]/.test(task)) {
      for (const file of await readTaskFiles([task], config)) planned.push({ definition: file.definition, file });
    } else {
      const row = await readTask(ledger, task);
      if (row === undefined) throw new QuailError('NO_SUCH_TASK', `there is no file and no task "${task}"`);
      planned.push({ definition: await readRevision(ledger, row.taskId, row.revision) });
    }
  }
  return planned;
};

/** Problems at their place in the file, where there is one. */
const located = async (file: TaskFile | undefined, work: () => Promise<TaskPlan>): Promise<TaskPlan> => {
  try {
    const plan = await work();
    return file === undefined ? plan : { ...plan, warnings: plan.warnings.map(file.locate) };
  } catch (error) {
    if (!(error instanceof ProblemsError) || file === undefined) throw error;
    throw new ProblemsError(error.problems.map(file.locate));
  }
};
