/**
 * Check: everything about a task that can be known before anything is claimed: its templates, its predicate on the source,
 * its keys. Reads, and writes and sends nothing. `quail task check` and `apply` ask it, and so does a revision's first scan.
 */
import { type Problem, ProblemsError, scrub, type TaskDefinition, type TaskSettings } from '@quailrunner/domain';
import { checkPredicate, type PredicateColumn, PredicateFault, type Sources } from '@quailrunner/source';
import { checkMessageParameters, checkSchedule, isRegion } from '@quailrunner/twilio';
import { checkHere, type Here } from './check-here.js';
import { checkTarget, findNoForm } from './check-target.js';
import { checkWebhookHeaders } from './check-webhook-headers.js';
import { type CompiledTask, compileTask } from './compile-task.js';
import { credentialMask } from './mask-action.js';

export interface CheckDeps {
  readonly sources: Sources;
  /** Epoch milliseconds; the process' clock unless given. */
  readonly now?: () => number;
  /** Absent: what the process itself has says nothing. */
  readonly here?: Here;
}

export interface CheckedTask {
  readonly task: CompiledTask;
  readonly columns: readonly PredicateColumn[];
  /** What doesn't stop the task, and should be known. */
  readonly warnings: readonly Problem[];
}

/**
 * Throws ProblemsError with all that is wrong; `where` is `predicate` or a part of the action, with line and column in it.
 * What the source itself throws is among them.
 */
export const checkTask = async (
  definition: TaskDefinition,
  { sources, now = Date.now, here }: CheckDeps,
): Promise<CheckedTask> => {
  const { predicate, settings } = definition;
  const problems: Problem[] = [];
  const columns = await collect(problems, async () => {
    return (await checkPredicate(sources, { source: settings.source, predicate })).columns;
  });
  const names = columns?.map((column) => column.name);
  const task = await collect(problems, async () => compileTask(definition, names));
  const warnings = [...checkTarget(settings, problems), ...checkWebhookHeaders(settings, problems)];
  checkRegion(settings, problems);
  checkMasks(settings, problems);
  if (task !== undefined) warnings.push(...task.action.warnings, ...checkParameters(task, now(), problems));
  if (task !== undefined && here !== undefined) warnings.push(...checkHere(task, here));
  if (columns === undefined || task === undefined || problems.length > 0) throw new ProblemsError(problems);
  return { task, columns, warnings };
};

/** A task that was handed out as a file, and is given back, holds masks where it had credentials. */
const checkMasks = ({ action }: TaskSettings, problems: Problem[]): void => {
  const masked = Object.entries(action.headers).filter(([, value]) => value.includes(credentialMask));
  const places = [
    ...masked.map(([name]) => `action.headers.${name}`),
    ...(action.url.includes(credentialMask) ? ['action.url'] : []),
  ];
  for (const where of places) {
    const message = `${credentialMask} stands for a credential that was not shown, and is none`;
    const mend = 'write the credential, or better name a secret: {{ secrets.twilio_basic }}';
    problems.push({ code: 'TASK_CREDENTIAL_MASKED', message, mend, where });
  }
};

const checkRegion = ({ defaultRegion }: TaskSettings, problems: Problem[]): void => {
  if (defaultRegion === undefined || isRegion(defaultRegion)) return;
  const message = `there is no country "${defaultRegion}"`;
  problems.push({
    code: 'TASK_REGION_UNKNOWN',
    message,
    mend: 'write it as ISO 3166-1 does: US, DE, GB',
    where: 'defaultRegion',
  });
};

/** The form of a message, held against what Twilio's API knows. Errors go to `problems`; returns the warnings. */
const checkParameters = (
  { action, settings, isMessage }: CompiledTask,
  now: number,
  problems: Problem[],
): Problem[] => {
  if (!isMessage) return [];
  const noForm = findNoForm(settings);
  if (noForm !== undefined) {
    problems.push(noForm);
    return [];
  }
  const warnings: Problem[] = [];
  const found = [...checkMessageParameters(action.formParameters), ...checkSchedule(action.formParameters, now)];
  for (const { severity, ...problem } of found) {
    (severity === 'error' ? problems : warnings).push({ ...problem, where: 'action.body' });
  }
  return warnings;
};

const collect = async <Result>(problems: Problem[], work: () => Promise<Result>): Promise<Result | undefined> => {
  try {
    return await work();
  } catch (fault) {
    if (fault instanceof ProblemsError) problems.push(...fault.problems);
    else if (fault instanceof PredicateFault) problems.push(toProblem(fault));
    else throw fault;
    return undefined;
  }
};

/** PostgreSQL's own words may repeat a value of a row. */
export const toProblem = ({ code, message, mend, line, column }: PredicateFault): Problem => ({
  code,
  message: scrub(message),
  where: 'predicate',
  ...(mend === undefined ? {} : { mend: scrub(mend) }),
  ...(line === undefined ? {} : { line }),
  ...(column === undefined ? {} : { column }),
});
