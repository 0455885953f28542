/**
 * Asks Twilio for receipts: render → **send**. A message gets the address of its own receipts (`StatusCallback`), unless its
 * task has one already or a receipt of it could not be checked.
 */
import type { RenderedRequest } from '@quailrunner/action';
import { openAuthTokens } from './auth-tokens.js';
import type { CompiledTask } from './compile-task.js';
import { openReceiptReferences, type ReceiptReference } from './receipt-reference.js';

/** Where the monitor takes receipts. */
export const receiptPath = '/twilio/receipts';

export interface ReceiptAddress {
  /** The request with the address in it; `undefined` where Twilio is not to be asked. */
  ask(
    request: RenderedRequest,
    task: CompiledTask,
    run: Omit<ReceiptReference, 'taskId'> & { readonly taskId: number },
  ): RenderedRequest | undefined;
}

export interface ReceiptAddressOptions {
  readonly publicUrl: string;
  readonly encryptionKey: Buffer;
  readonly secrets: Readonly<Record<string, string>>;
}

export const openReceiptAddress = ({ publicUrl, encryptionKey, secrets }: ReceiptAddressOptions): ReceiptAddress => {
  const references = openReceiptReferences(encryptionKey);
  const tokensOf = openAuthTokens(secrets);
  return {
    ask: ({ url, headers, body }, task, run) => {
      if (!takesAddress(task) || tokensOf(task).length === 0) return undefined;
      const address = encodeURIComponent(`${publicUrl}${receiptPath}?${references.write(run)}`);
      return { url, headers, body: `${body}&StatusCallback=${address}` };
    },
  };
};

const takesAddress = ({ isMessage, action }: CompiledTask): boolean =>
  isMessage && action.formParameters.length > 0 && action.formField('StatusCallback').kind === 'absent';
