/** A revision as it is stored and as the rest of the product knows it: the action apart and sealed, the settings plain. */
import type { Action, TaskDefinition, TaskSettings } from '@quailrunner/domain';
import { inside, type Ledger } from './open-ledger.js';
import { seal, unseal } from './seal.js';

export interface StoredRevision {
  readonly settings: Omit<TaskSettings, 'action'>;
  readonly predicate: string;
  readonly actionSealed: Buffer;
}

/** Which revision it is: sealed to this place. */
export interface RevisionPlace {
  readonly task: string;
  readonly revision: number;
}

/** As columns of `task_revisions rv`. */
export const revisionColumns = `rv.settings, rv.predicate, rv.action_sealed as "actionSealed"`;

export const toStored = (ledger: Ledger, place: RevisionPlace, definition: TaskDefinition): StoredRevision => {
  const { action, ...settings } = definition.settings;
  const actionSealed = seal(ledger[inside].encryptionKey, nameOf(place), JSON.stringify(action));
  return { settings, predicate: definition.predicate, actionSealed };
};

export const fromStored = (ledger: Ledger, place: RevisionPlace, stored: StoredRevision): TaskDefinition => {
  const action = JSON.parse(unseal(ledger[inside].encryptionKey, nameOf(place), stored.actionSealed)) as Action;
  return { settings: { ...stored.settings, action }, predicate: stored.predicate };
};

const nameOf = ({ task, revision }: RevisionPlace): string => `the action of task ${task}, revision ${revision}`;
