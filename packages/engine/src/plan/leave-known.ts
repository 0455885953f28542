/** Whom a scan of the planned task would claim, told apart as the claim tells them (claim-entities.ts). */
import type { Entity, RunState } from '@quailrunner/domain';
import { type EntityState, type Ledger, readEntityStates } from '@quailrunner/ledger';

/** Of a task that is there already. */
export interface Applied {
  readonly taskId: number;
  /** Of the revision that scans would have; `undefined`: a new one, which no run has yet. */
  readonly revision: number | undefined;
  /** Who was sent an older revision than this is sent the new one; 0: nobody. */
  readonly resendBefore: number;
}

export interface Known {
  /** Runs about which nothing would be done, by their state. */
  readonly counts: Partial<Record<RunState, number>>;
}

export interface Told {
  readonly claimed: Entity[];
  /** Of them: were sent an older action before. */
  readonly again: Set<Entity>;
  /** They wait already, and are sent by the newest revision. */
  readonly waiting: Entity[];
}

const waitingStates: readonly RunState[] = ['pending', 'queued', 'retrying'];

/** Counts in `known` those that are left. */
export const leaveKnown = async (
  entities: Entity[],
  applied: Applied | undefined,
  known: Known,
  ledger: Ledger,
): Promise<Told> => {
  if (applied === undefined) return { claimed: entities, again: new Set(), waiting: [] };
  const pks = entities.map(({ pk }) => pk);
  const states = new Map((await readEntityStates(ledger, applied.taskId, pks)).map((each) => [each.place, each]));
  const told: Told = { claimed: [], again: new Set(), waiting: [] };
  for (const [place, entity] of entities.entries()) {
    const found = states.get(place);
    if (found === undefined || isRevived(found, entity, applied)) told.claimed.push(entity);
    else if (found.state === 'completed' && found.revision < applied.resendBefore) {
      told.again.add(entity);
      told.claimed.push(entity);
    } else {
      known.counts[found.state] = (known.counts[found.state] ?? 0) + 1;
      if (waitingStates.includes(found.state)) told.waiting.push(entity);
    }
  }
  return told;
};

/** Who has opted out is looked at again by a new revision, which may have another sender, and where the row is another. */
const isRevived = (
  { state, code, revision, suppressedRow }: EntityState,
  { columns }: Entity,
  applied: Applied,
): boolean =>
  state === 'skipped' &&
  (code !== 'SUPPRESSED' || revision !== applied.revision || suppressedRow !== JSON.stringify(columns));
