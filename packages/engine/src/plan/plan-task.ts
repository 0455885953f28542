/**
 * Plan: what a task would do if it were applied now. The predicate is read as a scan reads it, each message is rendered as the
 * feed and the worker render it, and nothing is written or sent. Memory does not grow with rows, but for eight bytes each.
 */
import {
  type Columns,
  type Entity,
  type Prices,
  type Problem,
  QuailError,
  type RunState,
  type TaskDefinition,
} from '@quailrunner/domain';
import { type Ledger, readRevision, readTask, type TaskRow } from '@quailrunner/ledger';
import { explainPredicate, type PredicatePlan, readEntities, type Sources } from '@quailrunner/source';
import { describeFault } from '@quailrunner/telemetry';
import { addressOf, type FormPair, type MessageAddress } from '@quailrunner/twilio';
import type { Here } from '../check-here.js';
import { checkTask } from '../check-task.js';
import { type CompiledTask, compileTask, type LaneOfEntity, laneOfRequest } from '../compile-task.js';
import { refuseOutOfBounds } from '../refuse-out-of-bounds.js';
import { maxLanesPerTask, tooManyLanes } from '../too-many-lanes.js';
import { describeChange } from './describe-change.js';
import { type LanePlan, openLaneTally, planLanes } from './lane-plans.js';
import { type Applied, type Known, leaveKnown } from './leave-known.js';
import { makeSample, maskSecrets, type Sample } from './make-sample.js';
import { findSuppressed, type Message, openFormerSenders } from './opt-outs.js';
import { openTally, type Tally } from './tally.js';

export interface TaskPlan {
  readonly task: string;
  readonly change: 'new' | 'changed' | 'unchanged';
  /** Settings and parts that differ from the newest revision. */
  readonly changed: readonly string[];
  readonly predicate: PredicatePlan;
  readonly entities: EntityCounts;
  /** Of the messages that would be sent. */
  readonly messages: Tally;
  readonly lanes: readonly LanePlan[];
  readonly samples: readonly Sample[];
  readonly warnings: readonly Problem[];
}

export interface EntityCounts {
  /** Rows of the predicate. */
  readonly matched: number;
  /** Would be claimed: new ones, and skipped ones that match again. */
  readonly claimed: number;
  /** Of the claimed: would be sent; would fail without a request, by reason; would be skipped as opted out. */
  readonly sent: number;
  /** Of those to be sent: were sent an older action before (`onChange: resend`). */
  readonly again: number;
  /** The most frequent first. */
  readonly bad: readonly BadRows[];
  readonly suppressed: number;
  /** Have a run already, by its state: nothing would be done about them. */
  readonly known: Readonly<Partial<Record<RunState, number>>>;
}

export interface BadRows {
  /** Holds nothing of a row. */
  readonly reason: string;
  readonly count: number;
  /** The first of them. */
  readonly entityPk: string;
}

export interface PlanDeps extends Here {
  readonly ledger: Ledger;
  readonly sources: Sources;
  readonly prices?: Prices;
}

const batchSize = 5_000;
const samplesShown = 10;

/** Throws ProblemsError with all that is wrong with the task. */
export const planTask = async (definition: TaskDefinition, deps: PlanDeps): Promise<TaskPlan> => {
  const { task, warnings } = await checkTask(definition, { ...deps, here: deps });
  const { settings, predicate } = task;
  const plan = await explainPredicate(deps.sources, { source: settings.source, predicate });
  const row = await readTask(deps.ledger, settings.name);
  const before = row && (await readRevision(deps.ledger, row.taskId, row.revision));
  const changed = before === undefined ? [] : describeChange(before, definition);
  const isChanged = before !== undefined && changed.length > 0;
  const applied = row && {
    taskId: row.taskId,
    revision: isChanged ? undefined : row.revision,
    resendBefore: resendBefore(definition, row, changed),
  };
  const sum = openSum(task, deps, { applied, before: isChanged ? compileTask(before) : undefined });
  await readEntities(deps.sources, { source: settings.source, predicate, batchSize }, sum.add);
  const { entities, messages, lanes, samples, warnings: found } = sum.read();
  return {
    task: settings.name,
    change: before === undefined ? 'new' : isChanged ? 'changed' : 'unchanged',
    changed,
    predicate: plan,
    entities,
    messages,
    lanes: await planLanes(lanes, { ...settings, ...(row && { taskId: row.taskId }) }, deps.ledger),
    samples,
    warnings: [...warnings, ...found, ...(lanes.length > maxLanesPerTask ? [tooManyLanes] : [])],
  };
};

/** Who was sent an older revision than this is sent the new one; 0: nobody. */
const resendBefore = (
  { settings: { onChange } }: TaskDefinition,
  { edition }: TaskRow,
  changed: readonly string[],
): number => {
  if (onChange !== 'resend') return 0;
  return changed.some((part) => part.startsWith('action.')) ? Number.POSITIVE_INFINITY : edition;
};

interface Standing {
  readonly applied: Applied | undefined;
  /** The task as it is applied, where it is to be changed. */
  readonly before: CompiledTask | undefined;
}

const openSum = (task: CompiledTask, deps: PlanDeps, { applied, before }: Standing) => {
  const { ledger } = deps;
  // Where a secret isn't known here, the plan goes on without it: workers may have it.
  const secrets = { ...maskSecrets(task), ...deps.secrets };
  const tally = openTally(deps.prices);
  const lanes = openLaneTally();
  const former =
    before?.isMessage && task.isMessage
      ? openFormerSenders(before, { ...maskSecrets(before), ...deps.secrets }, ledger)
      : undefined;
  const samples: Sample[] = [];
  const bad = new Map<string, { count: number; readonly entityPk: string }>();
  const known: Known = { counts: {} };
  let [matched, claimed, sent, again, suppressed] = [0, 0, 0, 0, 0];

  const send = ({ columns }: Entity, { lane, form, address, country }: Rendered): void => {
    sent += 1;
    const segments = task.isMessage ? tally.add(form, address, country) : 1;
    lanes.add(lane, segments);
    if (samples.length < samplesShown) samples.push(makeSample(task, columns, secrets));
  };

  const addBad = (reason: string, entityPk: string): void => {
    const known = bad.get(reason);
    if (known === undefined) bad.set(reason, { count: 1, entityPk });
    else known.count += 1;
  };

  const renderWaiting = (entity: Entity): Good[] => {
    const rendered = render(task, entity.columns, secrets);
    return 'reason' in rendered ? [] : [{ entity, rendered }];
  };

  const leaveSuppressed = async (messages: readonly Good[]): Promise<Good[]> => {
    const optedOut = await findSuppressed(
      messages.map(({ rendered }) => rendered.address),
      ledger,
    );
    return messages.filter((_, n) => !optedOut.has(n));
  };

  return {
    add: async (entities: Entity[]): Promise<void> => {
      matched += entities.length;
      const told = await leaveKnown(entities, applied, known, ledger);
      claimed += told.claimed.length;
      const good: Good[] = [];
      for (const entity of told.claimed) {
        const rendered = render(task, entity.columns, secrets);
        if ('reason' in rendered) addBad(rendered.reason, entity.pk);
        else good.push({ entity, rendered });
      }
      const kept = await leaveSuppressed(good);
      for (const { entity, rendered } of kept) {
        send(entity, rendered);
        if (told.again.has(entity)) again += 1;
      }
      suppressed += good.length - kept.length;
      if (former !== undefined) {
        const waiting = await leaveSuppressed(told.waiting.flatMap(renderWaiting));
        await former.add([...kept, ...waiting].map(toMessage));
      }
    },
    read: () => ({
      entities: { matched, claimed, sent, again, bad: byCount(bad), suppressed, known: known.counts },
      messages: tally.read(),
      lanes: lanes.all(),
      samples,
      warnings: former?.read() ?? [],
    }),
  };
};

const byCount = (bad: ReadonlyMap<string, Omit<BadRows, 'reason'>>): BadRows[] =>
  [...bad].map(([reason, rows]) => ({ reason, ...rows })).toSorted((one, other) => other.count - one.count);

interface Good {
  readonly entity: Entity;
  readonly rendered: Rendered;
}

const toMessage = ({ entity: { columns }, rendered: { address } }: Good): Message => ({ columns, address });

interface Rendered {
  readonly lane: LaneOfEntity;
  readonly form: readonly FormPair[];
  readonly address: MessageAddress | undefined;
  /** `+1`, `+49`; '' of another channel. */
  readonly country: string;
}

/** A row that doesn't fit is told by its reason, which holds nothing of it. */
const render = (
  task: CompiledTask,
  columns: Columns,
  secrets: Readonly<Record<string, string>>,
): Rendered | { readonly reason: string } => {
  try {
    const request = task.render(columns, secrets);
    refuseOutOfBounds(task, request, Date.now());
    const { url, form = [], callingCode } = request;
    return {
      lane: laneOfRequest(task, request),
      form,
      address: task.isMessage ? addressOf(url, form) : undefined,
      country: callingCode === undefined ? '' : `+${callingCode}`,
    };
  } catch (fault) {
    if (!(fault instanceof QuailError) || fault.retryable) throw fault;
    return { reason: describeFault(fault).message };
  }
};
