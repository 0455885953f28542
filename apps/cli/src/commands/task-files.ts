/** `quail task check` and `quail task apply`. */
import { formatProblem, ProblemsError } from '@quailrunner/domain';
import type { SavedTask } from '@quailrunner/ledger';
import type { CliContext } from '../context.js';
import type { Paint } from '../output/terminal.js';
import { readJoinedConfig } from '../running.js';
import { applyFiles } from '../tasks/apply-files.js';
import { type CheckedFile, checkFiles } from '../tasks/check-files.js';
import { withLedger } from '../with-ledger.js';

export const checkTasks = async (paths: readonly string[], json: boolean, context: CliContext): Promise<void> => {
  const { terminal, env } = context;
  const config = readJoinedConfig(env);
  const work = () => checkFiles(paths, config);
  const checked = await (json ? orProblems(work, context) : work());
  if (checked === undefined) return;
  if (json) return terminal.printJson({ tasks: checked.map(describe), problems: [] });
  for (const each of checked) {
    const columns = each.columns.map(({ name, type }) => `${name} ${type}`).join(', ');
    terminal.print(`${terminal.paint('green', 'good')}  ${nameOf(each)}  ${terminal.paint('dim', columns)}`);
  }
  tellWarnings(checked, context);
};

const paintOfChange: Readonly<Record<SavedTask['change'], Paint>> = {
  created: 'green',
  revised: 'yellow',
  unchanged: 'dim',
};

export const applyTasks = async (paths: readonly string[], json: boolean, context: CliContext): Promise<void> => {
  const { terminal } = context;
  await withLedger(context, async (ledger, config) => {
    const work = () => applyFiles(paths, config, ledger);
    const applied = await (json ? orProblems(work, context) : work());
    if (applied === undefined) return;
    if (json) {
      const tasks = applied.map((each) => ({
        ...describe(each),
        revision: each.revision,
        change: each.change,
        isResumed: each.isResumed,
        isResent: each.isResent,
      }));
      return terminal.printJson({ tasks, problems: [] });
    }
    for (const each of applied) {
      const change = terminal.paint(paintOfChange[each.change], each.change.padEnd('unchanged'.length));
      terminal.print(
        `${change}  ${nameOf(each)}  ${terminal.paint('dim', `revision ${each.revision}${each.isResumed ? ': it was held, and goes on' : ''}${each.isResent ? ': whoever is done with an older message gets this one, too' : ''}`)}`,
      );
    }
    tellWarnings(applied, context);
  });
};

/** For programs: the problems are the result. */
const orProblems = async <Result>(
  work: () => Promise<Result>,
  { terminal, setExitCode }: CliContext,
): Promise<Result | undefined> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    terminal.printJson({ tasks: [], problems: error.problems });
    setExitCode(1);
    return undefined;
  }
};

const nameOf = ({ file }: CheckedFile): string => file.definition.settings.name;

const describe = (checked: CheckedFile) => ({
  name: nameOf(checked),
  path: checked.file.path,
  columns: checked.columns,
  warnings: checked.warnings,
});

const tellWarnings = (checked: readonly CheckedFile[], { terminal }: CliContext): void => {
  for (const warning of checked.flatMap(({ warnings }) => warnings)) {
    terminal.tell(`${terminal.paintError('yellow', 'warning')}  ${formatProblem(warning)}`);
  }
};
