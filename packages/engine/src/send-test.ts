/**
 * Test: one entity's message to a number of mine. It goes the whole way, by the task's own lane, at its rate, through the worker
 * and the receiver; it is a run of a hidden task beside the real one, so the entity's own run is untouched by it.
 */
import { type Actor, type Entity, type Problem, ProblemsError, type TaskDefinition } from '@quailrunner/domain';
import { ensureLane, type Ledger, saveTest } from '@quailrunner/ledger';
import { readFirstEntities, rereadEntities, type Sources } from '@quailrunner/source';
import { readRecipient } from '@quailrunner/twilio';
import { checkTask } from './check-task.js';
import { laneOf } from './compile-task.js';
import { testRecipient } from './render-request.js';

export interface SendTestDeps {
  readonly ledger: Ledger;
  readonly sources: Sources;
  readonly secrets: Readonly<Record<string, string>>;
}

export interface TestWish {
  /** In E.164, or an address of another channel. */
  readonly to: string;
  /** The entity's key; absent: the first that the predicate returns. */
  readonly entityPk?: string;
  readonly by: Actor;
}

/** The id of the run, which waits to be fed. Throws ProblemsError. */
export const sendTest = async (definition: TaskDefinition, wish: TestWish, deps: SendTestDeps): Promise<string> => {
  const { task } = await checkTask(definition, deps);
  const { settings, predicate } = definition;
  if (!task.isMessage)
    throw refused('only messages at Twilio can be tested', 'let a webhook go to an address of yours');
  const recipient = readRecipient(wish.to, settings.defaultRegion);
  if (recipient.kind === 'bad') throw refused(recipient.reason.replace('in To', 'to send to'));
  const entity = await findEntity(definition, wish, deps);
  if (entity === undefined) throw refused(nobody(wish), 'name another one with --entity');
  const columns = { ...entity.columns, [testRecipient]: recipient.to };
  const lane = laneOf(task, columns, deps.secrets);
  const { defaultRate } = lane;
  const laneId = await ensureLane(deps.ledger, lane.key, { defaultRate });
  // Its row is as it was read a moment ago, and its key is none of the predicate's.
  const test = { settings: { ...settings, recheck: false, isTest: true as const }, predicate };
  return saveTest(deps.ledger, test, { entityPk: entity.pk, columns, laneId }, wish.by);
};

const nobody = ({ entityPk }: TestWish): string =>
  entityPk === undefined ? 'the predicate returns nobody' : 'the predicate returns no such entity';

const findEntity = async (
  { settings: { source }, predicate }: TaskDefinition,
  { entityPk }: TestWish,
  { sources }: SendTestDeps,
): Promise<Entity | undefined> => {
  if (entityPk !== undefined) return (await rereadEntities(sources, { source, predicate, keys: [entityPk] }))[0];
  return (await readFirstEntities(sources, { source, predicate }, 1))[0];
};

const refused = (message: string, mend?: string): ProblemsError => {
  const problem: Problem = { code: 'TEST_REFUSED', message, ...(mend === undefined ? {} : { mend }) };
  return new ProblemsError([problem]);
};
