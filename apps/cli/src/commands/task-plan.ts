/** `quail task plan`. */
import { findPrices, readPrices } from '@quailrunner/config';
import { planTask, type TaskPlan } from '@quailrunner/engine';
import { openSources } from '@quailrunner/source';
import type { CliContext } from '../context.js';
import { formatPlan } from '../output/plan.js';
import { atItsPlace, readNamedTasks } from '../tasks/named-tasks.js';
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
  // The one that is named has to be there; the usual one may be.
  const prices = options.prices === undefined ? findPrices() : readPrices(options.prices);
  await withLedger(context, async (ledger, config) => {
    const planned = await readNamedTasks(tasks, config, ledger);
    const sources = openSources(config.sources, { statementTimeoutMs });
    const plans: TaskPlan[] = [];
    try {
      for (const { definition, file } of planned) {
        const { secrets, allowPrivateTargets } = config;
        const deps = { ledger, sources, secrets, allowPrivateTargets, ...(prices === undefined ? {} : { prices }) };
        const plan = await atItsPlace(file, () => planTask(definition, deps));
        plans.push(file === undefined ? plan : { ...plan, warnings: plan.warnings.map(file.locate) });
      }
    } finally {
      await sources.close();
    }
    const shown = plans.map((plan) => ({ ...plan, samples: plan.samples.slice(0, options.samples) }));
    if (options.json) return terminal.printJson({ plans: shown });
    terminal.print(shown.map((plan) => formatPlan(plan, terminal.paint)).join('\n\n'));
  });
};
