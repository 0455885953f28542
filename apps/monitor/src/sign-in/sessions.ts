/** Puts sessions, and the guards that belong to them, on all routes that are added afterwards. */
import { hkdfSync } from 'node:crypto';
import fastifyCookie from '@fastify/cookie';
import fastifyCsrf from '@fastify/csrf-protection';
import fastifyFormbody from '@fastify/formbody';
import fastifySession from '@fastify/session';
import type { Ledger } from '@quailrunner/ledger';
import type { FastifyInstance } from 'fastify';
import { addOriginGuard } from '../guards/origin.js';
import { addCsrf } from './csrf.js';
import { addGate } from './gate.js';
import { openSessionStore, sessionCookie } from './session-store.js';
import { openTokens } from './token.js';

export const cookieName = 'quail_session';

export interface SessionOptions {
  readonly encryptionKey: Buffer;
  readonly apiToken?: string;
  readonly publicUrl?: string;
}

export const addSessions = async (app: FastifyInstance, options: SessionOptions, ledger: Ledger): Promise<void> => {
  const publicUrl = options.publicUrl === undefined ? undefined : new URL(options.publicUrl);
  if (publicUrl?.protocol === 'https:') trustPublicUrl(app, publicUrl.host);
  await app.register(fastifyCookie);
  await app.register(fastifyFormbody);
  await app.register(fastifySession, {
    secret: deriveSecret(options.encryptionKey),
    cookieName,
    cookie: sessionCookie,
    store: openSessionStore(ledger),
    saveUninitialized: false,
    rolling: true,
  });
  addOriginGuard(app, publicUrl?.host);
  await app.register(fastifyCsrf, { sessionPlugin: '@fastify/session' });
  addGate(app, openTokens(options.apiToken, ledger));
  addCsrf(app);
};

/** PUBLIC_URL is the operator's word that its host is reached over TLS; not every proxy sends X-Forwarded-Proto. */
const trustPublicUrl = (app: FastifyInstance, publicHost: string): void => {
  app.addHook('onRequest', async (request) => {
    if (request.headers.host === publicHost) Object.defineProperty(request, 'protocol', { value: 'https' });
  });
};

/** The same for every monitor of an installation and after every restart; the encryption key itself signs nothing. */
const deriveSecret = (encryptionKey: Buffer): string =>
  Buffer.from(hkdfSync('sha256', encryptionKey, '', 'quailrunner monitor session cookie', 32)).toString('hex');
