/** Passwords that people are given, and what a password of their own must be like. */
import { randomInt } from 'node:crypto';

/** Without letters and digits that look alike. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

/** 20 of 31 characters: 99 bits, in groups that can be read out. */
export const generatePassword = (): string =>
  Array.from({ length: 4 }, () => Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join('')).join(
    '-',
  );

const shortest = 12;
/** The form takes no more. */
const longest = 1_000;

/** What is wrong with a password that somebody chose; `undefined`: nothing. */
export const refusePassword = (password: string): string | undefined => {
  if ([...password].length < shortest) return `a password has at least ${shortest} characters`;
  return password.length > longest ? `a password has at most ${longest} characters` : undefined;
};
