/** Bearer tokens of the API (RFC 6750): found by hash, so that neither their length nor their beginning leaks by time. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { findToken, type Ledger } from '@quailrunner/ledger';
import type { FindToken } from './gate.js';

/** Those of the ledger, with the role of each; QUAIL_API_TOKEN may do all that an operator may. */
export const openTokens =
  (apiToken: string | undefined, ledger: Ledger): FindToken =>
  async (authorization) => {
    if (isBearerToken(authorization, apiToken)) return { kind: 'token', name: 'QUAIL_API_TOKEN', role: 'operator' };
    const given = givenToken(authorization);
    const found = given === undefined ? undefined : await findToken(ledger, given);
    return found && { kind: 'token', name: found.name, role: found.role };
  };

/** Whether an Authorization header holds the token; false when none is set up. */
export const isBearerToken = (authorization: string | undefined, token: string | undefined): boolean => {
  const given = givenToken(authorization);
  return given !== undefined && token !== undefined && timingSafeEqual(digest(given), digest(token));
};

const givenToken = (authorization = ''): string | undefined => /^Bearer +(\S+)$/i.exec(authorization)?.[1];

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
