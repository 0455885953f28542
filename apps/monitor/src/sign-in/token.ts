/** The bearer token of the API (RFC 6750): compared by hash, so that neither its length nor its beginning leaks by time. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether an Authorization header holds the token; false when none is set up. */
export const isBearerToken = (authorization: string | undefined, token: string | undefined): boolean => {
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  return given !== undefined && token !== undefined && timingSafeEqual(digest(given), digest(token));
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
