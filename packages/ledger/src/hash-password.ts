/**
 * Passwords as the ledger keeps them: scrypt with a salt of their own, in the PHC string format, so that each hash says
 * what it cost and the cost may grow without making old ones useless.
 */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

interface Cost {
  /** Logarithm of the number of rounds. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** One of the settings of equal strength in OWASP's Password Storage Cheat Sheet; takes 32 MiB of memory. */
const cost: Cost = { ln: 15, r: 8, p: 3 };
const saltBytes = 16;
const keyBytes = 32;

const stored = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]+)$/;

export const hashPassword = async (password: string): Promise<string> => {
  const salt = randomBytes(saltBytes);
  return format(salt, await deriveKey(password, salt, cost));
};

/** Takes as long to check as any other hash, and no password is known to fit. */
export const makeDecoy = (): string => format(randomBytes(saltBytes), randomBytes(keyBytes));

/** Takes the same time whether the password is right or wrong. False for a hash of another kind. */
export const checkPassword = async (password: string, hash: string): Promise<boolean> => {
  const [, ln, r, p, salt, key] = stored.exec(hash) ?? [];
  if (salt === undefined || key === undefined) return false;
  const expected = Buffer.from(key, 'base64');
  const derived = await deriveKey(password, Buffer.from(salt, 'base64'), {
    ln: Number(ln),
    r: Number(r),
    p: Number(p),
  });
  return derived.length === expected.length && timingSafeEqual(derived, expected);
};

const format = (salt: Buffer, key: Buffer): string =>
  `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${encode(salt)}$${encode(key)}`;

const encode = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

/** The same password typed on two systems may come in two Unicode forms. */
const deriveKey = (password: string, salt: Buffer, { ln, r, p }: Cost): Promise<Buffer> => {
  const options: ScryptOptions = { N: 2 ** ln, r, p, maxmem: 256 * 2 ** ln * r };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
};
