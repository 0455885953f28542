/** Record: send → **record** → receipt. The outcome, committed before the job returns; write-attempts.ts writes it. */
import type { Dispatch, Settlement, VerdictKind } from '@quailrunner/domain';

export interface FinishedAttempt extends Dispatch, Pick<Settlement, 'state' | 'spent' | 'dueInMs'> {
  readonly verdict: VerdictKind;
  readonly durationMs: number;
  readonly httpStatus?: number;
  /** Code and reason of a verdict that isn't `accepted`; the reason scrubbed. */
  readonly code?: string;
  readonly reason?: string;
  /** First part of the answer's body, scrubbed. */
  readonly excerpt?: string;
  /** The receiver's id for the message; belongs to one attempt at most. */
  readonly sid?: string;
}

// Why: moves the run and keeps the attempt, in one write. Promise: only the worker that started the attempt ends it, once,
// and only while nothing else happened to the run. A late answer settles a run that was given up as unknown: its attempt
// was counted and written then, so it is corrected and not counted twice. A throttle that comes late is a retry, because
// the way from `unknown` back to `pending` is closed. What undoes a start (`pending`, `transient`) undoes no more than that:
// an unknown run may have been sent by the same job when it came before. A receipt that was written while we waited for the
// run is not seen, but its mark on the run is: it is of this very attempt unless an earlier one has some. A run that a
// receipt has proved to be sent is completed, whatever its answer says. Cost: a primary key probe, an update and an insert a
// run.
/** $1 worker, $4 to $15 from `finishColumns`. */
export const finishedRows = `
  ended as (
    select * from unnest(
      $4::bigint[], $5::int[], $6::text[], $7::int[], $8::float8[], $9::text[], $10::int[], $11::smallint[],
      $12::text[], $13::text[], $14::text[], $15::text[]
    ) as e (id, dispatch, state, spent, due_in_ms, verdict, duration_ms, http_status, code, reason, excerpt, sid)
  ), moved as (
    update quailrunner.runs r
    set state = case
        when r.delivery is not null then 'completed'
        when r.state = 'unknown' and e.state = 'pending' then 'retrying'
        else e.state
      end,
      attempts = r.attempts + e.spent - case when r.state in ('unknown', 'retrying', 'failed') then 1 else 0 end,
      due_at = case
        when e.state in ('completed', 'failed') then r.due_at
        else now() + e.due_in_ms * interval '1 ms'
      end,
      finished_at = case when e.state in ('completed', 'failed') or r.delivery is not null then now() end,
      code = case when r.delivery is null then e.code end, reason = case when r.delivery is null then e.reason end
    from ended e
    where r.id = e.id and r.dispatch = e.dispatch and r.worker_id = $1
      and (r.state = 'sending'
        or r.state = 'unknown' and e.state <> 'unknown' and (e.state, e.verdict) <> ('pending', 'transient')
        or r.state in ('retrying', 'failed') and e.state = 'completed')
    returning r.id, r.attempts + 1 - e.spent as number, r.revision, r.started_at, e.dispatch, e.verdict, e.duration_ms,
      e.http_status, e.code, e.reason, e.excerpt, e.sid,
      r.delivery is not null and e.verdict <> 'accepted' and not exists (
        select from quailrunner.receipts c where c.run_id = r.id and c.dispatch <> e.dispatch
      ) as proved
  ), finished as (
    insert into quailrunner.attempts (run_id, dispatch, number, revision, worker_id, started_at, verdict, duration_ms,
      http_status, code, reason, excerpt, sid, settled_by)
    select id, dispatch, number, revision, $1, started_at, case when proved then 'accepted' else verdict end, duration_ms,
      http_status, code, reason, excerpt, sid, case when proved then 'receipt' end
    from moved
    on conflict (run_id, dispatch) do update
    set number = excluded.number, finished_at = now(), verdict = excluded.verdict, duration_ms = excluded.duration_ms,
      http_status = excluded.http_status, code = excluded.code, reason = excluded.reason, excerpt = excluded.excerpt,
      sid = excluded.sid, settled_by = excluded.settled_by
    returning run_id as id, dispatch
  )`;

export const finishColumns = (attempts: readonly FinishedAttempt[]): unknown[][] => [
  attempts.map((attempt) => attempt.runId),
  attempts.map((attempt) => attempt.dispatch),
  attempts.map((attempt) => attempt.state),
  attempts.map((attempt) => (attempt.spent ? 1 : 0)),
  attempts.map((attempt) => attempt.dueInMs),
  attempts.map((attempt) => attempt.verdict),
  attempts.map((attempt) => Math.round(attempt.durationMs)),
  attempts.map((attempt) => attempt.httpStatus),
  attempts.map((attempt) => withoutNul(attempt.code)),
  attempts.map((attempt) => withoutNul(attempt.reason)),
  attempts.map((attempt) => withoutNul(attempt.excerpt)),
  attempts.map((attempt) => attempt.sid),
];

/** PostgreSQL's text holds every character but one. */
const withoutNul = (text: string | undefined): string | undefined => text?.replaceAll('\0', '\u{fffd}');
