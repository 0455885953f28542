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
import {
  type Ledger,
  readEntityStates,
  readRevision,
  readSuppressed,
  readTask,
  type TaskRow,
} from '@quailrunner/ledger';
import { explainPredicate, type PredicatePlan, readEntities, type Sources } from '@quailrunner/source';
import { describeFault } from '@quailrunner/telemetry';
import { addressOf, type FormPair, type MessageAddress } from '@quailrunner/twilio';
import { checkTask } from '../check-task.js';
import { type CompiledTask, type LaneOfEntity, laneOfRequest } from '../compile-task.js';
import { refuseOutOfBounds } from '../refuse-out-of-bounds.js';
import { maxLanesPerTask, tooManyLanes } from '../too-many-lanes.js';
import { describeChange } from './describe-change.js';
import { type LanePlan, openLaneTally, planLanes } from './lane-plans.js';
import { makeSample, maskSecrets, type Sample } from './make-sample.js';
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
  /** Of the claimed: were sent an older action before (`onChange: resend`). */
  readonly again: number;
  readonly bad: Readonly<Record<string, number>>;
  readonly suppressed: number;
  /** Have a run already, by its state: nothing would be done about them. */
  readonly known: Readonly<Partial<Record<RunState, number>>>;
}

export interface PlanDeps {
  readonly ledger: Ledger;
  readonly sources: Sources;
  readonly secrets: Readonly<Record<string, string>>;
  readonly prices?: Prices;
}

const batchSize = 5_000;
const samplesShown = 10;

/** Throws ProblemsError with all that is wrong with the task. */
export const planTask = async (definition: TaskDefinition, deps: PlanDeps): Promise<TaskPlan> => {
  const { task, warnings } = await checkTask(definition, deps);
  const { settings, predicate } = task;
  const plan = await explainPredicate(deps.sources, { source: settings.source, predicate });
  const row = await readTask(deps.ledger, settings.name);
  const before = row && (await readRevision(deps.ledger, row.taskId, row.revision));
  const changed = before === undefined ? [] : describeChange(before, definition);
  const sum = openSum(task, deps, row && { ...row, resendBefore: resendBefore(definition, row, changed) });
  await readEntities(deps.sources, { source: settings.source, predicate, batchSize }, sum.add);
  const { entities, messages, lanes, samples } = sum.read();
  return {
    task: settings.name,
    change: before === undefined ? 'new' : changed.length > 0 ? 'changed' : 'unchanged',
    changed,
    predicate: plan,
    entities,
    messages,
    lanes: await planLanes(lanes, { ...settings, ...(row && { taskId: row.taskId }) }, deps.ledger),
    samples,
    warnings: [...warnings, ...(lanes.length > maxLanesPerTask ? [tooManyLanes] : [])],
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

interface Applied {
  readonly taskId: number;
  readonly resendBefore: number;
}

const openSum = (task: CompiledTask, deps: PlanDeps, applied: Applied | undefined) => {
  const { ledger } = deps;
  // Where a secret isn't known here, the plan goes on without it: workers may have it.
  const secrets = { ...maskSecrets(task), ...deps.secrets };
  const tally = openTally(deps.prices);
  const lanes = openLaneTally();
  const samples: Sample[] = [];
  const bad: Record<string, number> = {};
  const known = { counts: {} as Partial<Record<RunState, number>>, again: 0 };
  let [matched, claimed, sent, suppressed] = [0, 0, 0, 0];

  const send = ({ columns }: Entity, { lane, form, address, country }: Rendered): void => {
    sent += 1;
    const segments = task.isMessage ? tally.add(form, address, country) : 1;
    lanes.add(lane, segments);
    if (samples.length < samplesShown) samples.push(makeSample(task, columns, secrets));
  };

  return {
    add: async (entities: Entity[]): Promise<void> => {
      matched += entities.length;
      const waiting = await leaveKnown(entities, applied, known, ledger);
      claimed += waiting.length;
      const good: { entity: Entity; rendered: Rendered }[] = [];
      for (const entity of waiting) {
        const rendered = render(task, entity.columns, secrets);
        if ('reason' in rendered) bad[rendered.reason] = (bad[rendered.reason] ?? 0) + 1;
        else good.push({ entity, rendered });
      }
      const optedOut = await findSuppressed(good, ledger);
      for (const [n, { entity, rendered }] of good.entries()) {
        if (optedOut.has(n)) suppressed += 1;
        else send(entity, rendered);
      }
    },
    read: () => ({
      entities: { matched, claimed, sent, again: known.again, bad, suppressed, known: known.counts },
      messages: tally.read(),
      lanes: lanes.all(),
      samples,
    }),
  };
};

/** Those that a scan would claim. */
const leaveKnown = async (
  entities: Entity[],
  applied: Applied | undefined,
  known: { readonly counts: Partial<Record<RunState, number>>; again: number },
  ledger: Ledger,
): Promise<Entity[]> => {
  if (applied === undefined) return entities;
  const states = await readEntityStates(
    ledger,
    applied.taskId,
    entities.map(({ pk }) => pk),
  );
  const left = new Set<number>();
  for (const { place, state, code, revision } of states) {
    if (state === 'skipped' && code !== 'SUPPRESSED') continue;
    if (state === 'completed' && revision < applied.resendBefore) known.again += 1;
    else {
      known.counts[state] = (known.counts[state] ?? 0) + 1;
      left.add(place);
    }
  }
  return entities.filter((_, place) => !left.has(place));
};

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

/** Places among `messages`. */
const findSuppressed = async (messages: readonly { rendered: Rendered }[], ledger: Ledger): Promise<Set<number>> => {
  const addressed = messages.flatMap(({ rendered: { address } }, n) => (address === undefined ? [] : [{ n, address }]));
  if (addressed.length === 0) return new Set();
  const places = await readSuppressed(
    ledger,
    addressed.map(({ address }) => address),
  );
  return new Set(places.flatMap((place) => addressed[place]?.n ?? []));
};
