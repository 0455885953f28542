/**
 * Audit: who did what to what, as it was before and after. Written in the transaction of the act, so that there is no act
 * without its row and no row without its act. What changed nothing is no act.
 */
import { type Act, type Actor, QuailError, type Subject, type SubjectKind } from '@quailrunner/domain';
import type { Ask } from './query.js';

export interface RecordedAct {
  readonly by: Actor;
  readonly act: Act;
  readonly subject: Subject;
  /** JSON, without personal data, bodies, headers and secrets. Absent: there was nothing. */
  readonly before?: object | undefined;
  /** Likewise. Absent: there is nothing any more. */
  readonly after?: object | undefined;
}

export interface RecordedActs {
  readonly by: Actor;
  readonly act: Act;
  readonly kind: SubjectKind;
  readonly subjects: readonly { readonly id: string; readonly before?: object; readonly after?: object }[];
}

// Cost: one statement, however many subjects. Ids follow the order of the subjects.
const insertActs = `
  insert into quailrunner.audit (actor_kind, actor_name, act, subject_kind, subject_id, before, after)
  select $1, $2, $3, $4, s.id, s.before, s.after
  from unnest($5::text[], $6::jsonb[], $7::jsonb[]) with ordinality as s (id, before, after, place)
  order by s.place`;

/** Within the transaction of the act. */
export const recordAct = (ask: Ask, { by, act, subject, before, after }: RecordedAct): Promise<void> =>
  recordActs(ask, {
    by,
    act,
    kind: subject.kind,
    subjects: [{ id: subject.id, ...(before && { before }), ...(after && { after }) }],
  });

/** The same act on several subjects of a kind. */
export const recordActs = async (ask: Ask, { by, act, kind, subjects }: RecordedActs): Promise<void> => {
  if (subjects.length === 0) return;
  await markKey(ask);
  await ask(insertActs, [
    by.kind,
    by.name,
    act,
    kind,
    subjects.map(({ id }) => id),
    subjects.map(({ before }) => toJson(before)),
    subjects.map(({ after }) => toJson(after)),
  ]);
};

// Promise: an act under an idempotency key is done once: whoever comes second, or too late, finds the key marked or taken over,
// and the act is rolled back with its transaction.
const mark = `
  update quailrunner.idempotency_keys set acted_at = now()
  where principal = $1 and key = $2 and claim = $3 and acted_at is null
  returning true`;

const markKey = async (ask: Ask): Promise<void> => {
  if (ask.once === undefined) return;
  const { principal, key, claim } = ask.once;
  const marked = await ask(mark, [principal, key, claim]);
  if (marked.length === 0) throw new QuailError('LEDGER_DONE_ONCE', 'this was done, or is being done, under its key');
};

const toJson = (state: object | undefined): string | null => (state === undefined ? null : JSON.stringify(state));
