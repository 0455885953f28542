/**
 * What a receipt's address says of the message that it is for: the run, its attempt, and the task's revision, sealed with a
 * MAC. It is ours, so nobody can make a receipt for a run that they were not told of, and the monitor need not ask the
 * ledger whose receipt it has.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Dispatch } from '@quailrunner/domain';

export interface ReceiptReference extends Dispatch {
  readonly taskId: number;
  /** The one that rendered the message. */
  readonly revision: number;
}

export interface ReceiptReferences {
  /** A query string: `of=12.1.3.2&seal=…`. */
  write(reference: ReceiptReference): string;
  /** `undefined` for what `write` can't have written with the same key. */
  read(query: string): ReceiptReference | undefined;
}

/** 128 bits: more than anybody can guess, and short in an address. */
const sealBytes = 16;

/** `encryptionKey` itself signs nothing. */
export const openReceiptReferences = (encryptionKey: Buffer): ReceiptReferences => {
  const key = Buffer.from(hkdfSync('sha256', encryptionKey, '', 'quailrunner receipt address', 32));
  const seal = (text: string): Buffer => createHmac('sha256', key).update(text).digest().subarray(0, sealBytes);
  return {
    write: ({ runId, dispatch, taskId, revision }) => {
      const of = `${runId}.${dispatch}.${taskId}.${revision}`;
      return `of=${of}&seal=${seal(of).toString('base64url')}`;
    },
    read: (query) => {
      const parameters = new URLSearchParams(query);
      const of = parameters.get('of') ?? '';
      const given = Buffer.from(parameters.get('seal') ?? '', 'base64url');
      const [, runId, ...numbers] = /^(\d{1,18})\.(\d{1,9})\.(\d{1,9})\.(\d{1,9})$/.exec(of) ?? [];
      if (runId === undefined || given.length !== sealBytes || !timingSafeEqual(given, seal(of))) return undefined;
      const [dispatch, taskId, revision] = numbers.map(Number) as [number, number, number];
      return { runId, dispatch, taskId, revision };
    },
  };
};
