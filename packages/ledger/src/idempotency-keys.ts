/**
 * Idempotency keys: what was asked under a key is done once, and answered the same each time. The act marks its key in its own
 * transaction (record-act.ts), so that neither a crash nor two at once make it happen twice.
 */
import { inside, type Ledger } from './open-ledger.js';
import { query, queryOne } from './query.js';
import { seal, unseal } from './seal.js';

/** Whose key, and which. */
export interface KeyPlace {
  /** Kind and name. */
  readonly principal: string;
  readonly key: string;
}

/** The right to do once what was asked under a key. */
export interface Once extends KeyPlace {
  readonly claim: number;
}

export interface AskedKey extends KeyPlace {
  /** SHA-256 of what is asked. */
  readonly askedHash: Buffer;
  /** Whoever claims it is surely done by then, or gone. */
  readonly leaseMs: number;
}

export type ClaimedKey =
  | { readonly kind: 'claimed'; readonly once: Once }
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | { readonly kind: 'in-progress' }
  /** Something else was asked under this key. */
  | { readonly kind: 'asked-otherwise' }
  /** It was done by somebody who is gone. */
  | { readonly kind: 'answer-lost' };

const expired = `interval '24 hours'`;

// Why: what is old goes with the next claim, a few rows by their index. Another's old row under this very key is replaced below.
const forget = `
  delete from quailrunner.idempotency_keys
  where (principal, key) in (
    select principal, key from quailrunner.idempotency_keys
    where created_at < now() - ${expired}
    order by created_at
    limit 100
    for update skip locked
  )`;

// Promise: one claim at a time; one that is over may be taken over until the act was done. Concurrency: of two who come at
// once, the second waits for the first one's row and finds it leased.
const claim = `
  insert into quailrunner.idempotency_keys as k (principal, key, asked_hash, lease_until)
  values ($1, $2, $3, now() + $4 * interval '1 ms')
  on conflict (principal, key) do update
  set asked_hash = excluded.asked_hash, lease_until = excluded.lease_until, claim = k.claim + 1, acted_at = null,
    status = null, answer_sealed = null,
    created_at = case when k.created_at < now() - ${expired} then now() else k.created_at end
  where k.created_at < now() - ${expired}
    or (k.status is null and k.acted_at is null and k.lease_until < now() and k.asked_hash = excluded.asked_hash)
  returning claim`;

const select = `
  select asked_hash = $3 as "isSame", acted_at is not null as "isActed", lease_until < now() as "isOver", status,
    answer_sealed as "answerSealed"
  from quailrunner.idempotency_keys
  where principal = $1 and key = $2`;

interface Row {
  readonly isSame: boolean;
  readonly isActed: boolean;
  readonly isOver: boolean;
  readonly status: number | null;
  readonly answerSealed: Buffer | null;
}

export const claimKey = async (
  ledger: Ledger,
  { principal, key, askedHash, leaseMs }: AskedKey,
): Promise<ClaimedKey> => {
  await query(ledger, forget);
  const [claimed] = await query<{ claim: number }>(ledger, claim, [principal, key, askedHash, leaseMs]);
  if (claimed !== undefined) return { kind: 'claimed', once: { principal, key, claim: claimed.claim } };
  const row = await queryOne<Row | undefined>(ledger, select, [principal, key, askedHash]);
  // It was released at this moment: as good as in progress.
  if (row === undefined) return { kind: 'in-progress' };
  if (!row.isSame) return { kind: 'asked-otherwise' };
  if (row.status !== null && row.answerSealed !== null) {
    const body = unseal(ledger[inside].encryptionKey, nameOf({ principal, key }), row.answerSealed);
    return { kind: 'answered', status: row.status, body };
  }
  return row.isActed && row.isOver ? { kind: 'answer-lost' } : { kind: 'in-progress' };
};

const keep = `
  update quailrunner.idempotency_keys set status = $4, answer_sealed = $5
  where principal = $1 and key = $2 and claim = $3 and status is null`;

/** Kept for a day. */
export const keepAnswer = async (
  ledger: Ledger,
  { principal, key, claim }: Once,
  { status, body }: { readonly status: number; readonly body: string },
): Promise<void> => {
  const sealed = seal(ledger[inside].encryptionKey, nameOf({ principal, key }), body);
  await query(ledger, keep, [principal, key, claim, status, sealed]);
};

const release = `
  delete from quailrunner.idempotency_keys
  where principal = $1 and key = $2 and claim = $3 and status is null and acted_at is null`;

/** Nothing was done: the same may be asked again at once. */
export const releaseKey = async (ledger: Ledger, { principal, key, claim }: Once): Promise<void> => {
  await query(ledger, release, [principal, key, claim]);
};

/** The ledger as whoever does it uses it: the one act that is recorded marks the key, or finds that it was done and fails. */
export const withOnce = (ledger: Ledger, once: Once): Ledger => ({ ...ledger, [inside]: { ...ledger[inside], once } });

const nameOf = ({ principal, key }: KeyPlace): string => `the answer to ${principal} under key ${key}`;
