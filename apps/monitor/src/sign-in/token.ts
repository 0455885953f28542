/** Bearer tokens of the API (RFC 6750): compared by hash, so that neither their length nor their beginning leaks by time. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FindToken } from './gate.js';

/** QUAIL_API_TOKEN may do all that an operator may. */
export const openTokens =
  (apiToken: string | undefined): FindToken =>
  async (authorization) =>
    isBearerToken(authorization, apiToken) ? { kind: 'token', name: 'QUAIL_API_TOKEN', role: 'operator' } : undefined;

/** Whether an Authorization header holds the token; false when none is set up. */
export const isBearerToken = (authorization: string | undefined, token: string | undefined): boolean => {
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  return given !== undefined && token !== undefined && timingSafeEqual(digest(given), digest(token));
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
