/**
 * Seals secrets before they are stored: AES-256-GCM (NIST SP 800-38D) under the key of this installation. A sealed value
 * opens only in the place it was sealed for, so that one row's secret can't be moved to another.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { LedgerFault } from './ledger-fault.js';

/** Version 1: this byte, 12 bytes of nonce, 16 bytes of tag, ciphertext. */
const version = 1;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = 1 + nonceBytes + tagBytes;

/** `place` names table, column and row; the same words open it. */
export const seal = (key: Buffer, place: string, text: string): Buffer => {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place));
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.from([version]), nonce, cipher.getAuthTag(), ciphertext]);
};

/** Throws LEDGER_WRONG_KEY when the key is another one than it was sealed with, or the value was changed or moved. */
export const unseal = (key: Buffer, place: string, sealed: Buffer): string => {
  if (sealed[0] !== version || sealed.length < headBytes) {
    throw new LedgerFault('LEDGER_SEAL_UNKNOWN', `${place} was sealed by a newer version`, {
      mend: 'Run at least the version that wrote it.',
    });
  }
  const nonce = sealed.subarray(1, 1 + nonceBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(1 + nonceBytes, headBytes));
  try {
    return decipher.update(sealed.subarray(headBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    throw wrongKey(place);
  }
};

const wrongKey = (place: string): LedgerFault =>
  new LedgerFault('LEDGER_WRONG_KEY', `${place} does not open with this encryption key`, {
    mend: 'Start with the QUAIL_ENCRYPTION_KEY (or the encryption.key in QUAIL_DATA_DIR) that it was saved with.',
  });
