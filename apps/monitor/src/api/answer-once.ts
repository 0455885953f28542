/**
 * Idempotency: a write that comes again under the same key is answered as the first time, and done once. The key is kept in
 * the ledger with what was asked and the answer; whoever dies between the act and its answer leaves an act that is marked in
 * its own transaction, so that nobody does it again.
 */
import { createHash } from 'node:crypto';
import { QuailError } from '@quailrunner/domain';
import { type ClaimedKey, claimKey, keepAnswer, type Ledger, type Once, releaseKey } from '@quailrunner/ledger';
import type { Principal } from '../sign-in/gate.js';
import { type Endpoint, Refusal } from './endpoint.js';
import type { Read } from './read-asked.js';

export interface Kept {
  readonly status: number;
  /** JSON. */
  readonly body: string;
  readonly isReplayed?: true;
}

export interface Keyed {
  readonly key: unknown;
  readonly endpoint: Endpoint;
  readonly read: Read;
  readonly principal: Principal;
}

/** Letters, digits and signs, without spaces. */
const keyPattern = /^[\x21-\x7e]{1,200}$/;
const usualTimeoutMs = 10_000;
/** Whoever was asked is surely done, or gone. */
const graceMs = 5_000;

export const answerOnce = async (
  keyed: Keyed,
  perform: (once: Once) => Promise<Kept | Refusal>,
  ledger: Ledger,
): Promise<Kept | Refusal> => {
  const { key, endpoint, principal } = keyed;
  if (typeof key !== 'string' || !keyPattern.test(key)) return badKey;
  const place = { principal: `${principal.kind}:${principal.name}`, key };
  const leaseMs = (endpoint.timeoutMs ?? usualTimeoutMs) + graceMs;
  const claimed = await claimKey(ledger, { ...place, askedHash: hashOf(keyed), leaseMs });
  if (claimed.kind !== 'claimed') return tell(claimed);
  const { once } = claimed;
  try {
    const done = await perform(once);
    // Nothing was done where it was refused: it may be otherwise in a moment, and is not kept.
    if (done instanceof Refusal) await releaseKey(ledger, once);
    else await keepAnswer(ledger, once, done);
    return done;
  } catch (fault) {
    if (fault instanceof QuailError && fault.code === 'LEDGER_DONE_ONCE') return inProgress;
    // Where the ledger is away, the key is free when its lease is over.
    await releaseKey(ledger, once).catch(() => {});
    throw fault;
  }
};

/** What was asked, as it was understood: neither the order of fields nor spaces make a difference. */
const hashOf = ({ endpoint, read }: Keyed): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([endpoint.method, endpoint.path, read.params, read.query, inOrder(read.body)]))
    .digest();

const inOrder = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.entries(value)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, part]) => [name, inOrder(part)]);
};

const tell = (claimed: Exclude<ClaimedKey, { kind: 'claimed' }>): Kept | Refusal => {
  switch (claimed.kind) {
    case 'answered':
      return { status: claimed.status, body: claimed.body, isReplayed: true };
    case 'in-progress':
      return inProgress;
    case 'asked-otherwise':
      return new Refusal({
        status: 422,
        title: 'This key was given to another request',
        detail: 'An Idempotency-Key stands for one request. Give this one a key of its own.',
      });
    case 'answer-lost':
      return new Refusal({
        status: 409,
        title: 'This was done, and its answer is lost',
        detail:
          'The monitor that did it ended before it could answer. It will not be done again: look at what is there now.',
      });
  }
};

const badKey = new Refusal({
  status: 400,
  title: 'That is no Idempotency-Key',
  detail: 'It has 1 to 200 letters, digits and signs, and no spaces: a UUID, say.',
});

const inProgress = new Refusal(
  { status: 409, title: 'A request with this key is in progress', detail: 'Ask again in a moment for its answer.' },
  1,
);
