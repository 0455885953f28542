/**
 * The gate: behind it, nothing answers but to a person who signed in, or under /api to whoever holds a token, and nothing
 * that their role doesn't allow. A route is behind it unless it says `config: open`; so is every address that leads nowhere.
 */
import { type Actor, type Role, roles } from '@quailrunner/domain';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isApiPath, sendProblem } from '../problem.js';

/** Who asks. */
export interface Principal {
  readonly kind: 'user' | 'token';
  readonly name: string;
  readonly role: Role;
  /** Of a user. */
  readonly userId?: number;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers without a session. */
    open?: boolean;
    /** The least that may ask; where it isn't said, `viewer` for reading and `operator` for the rest. */
    role?: Role;
  }
  interface FastifyRequest {
    principal?: Principal;
  }
}

export const open = { config: { open: true } };
/** Writes, too. */
export const forViewers = { config: { role: 'viewer' } } as const;
export const forOperators = { config: { role: 'operator' } } as const;
export const forAdmins = { config: { role: 'admin' } } as const;

/** Whose a bearer token is, if anybody's. */
export type FindToken = (authorization: string | undefined) => Promise<Principal | undefined>;

export const addGate = (app: FastifyInstance, findToken: FindToken): void => {
  app.decorateRequest('principal');
  app.addHook('onRequest', async (request, reply) => {
    const { config } = request.routeOptions;
    if (config.open) return;
    const principal = ofSession(request) ?? (await ofToken(request, findToken));
    if (principal === undefined) {
      return isApiPath(request.url) ? refuse(request, reply) : sendToSignIn(request, reply);
    }
    request.principal = principal;
    const needed = config.role ?? (isRead(request.method) ? 'viewer' : 'operator');
    if (!reaches(principal.role, needed)) return forbid(needed, request, reply);
  });
};

/** Behind the gate there always is one. */
export const principalOf = ({ principal }: FastifyRequest): Principal => {
  if (principal === undefined) throw new Error('unreachable: this route is behind the gate');
  return principal;
};

export const reaches = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed);

/** Who asks, as the audit knows them. */
export const actorOf = (request: FastifyRequest): Actor => {
  const { kind, name } = principalOf(request);
  return { kind, name };
};

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';

const ofSession = ({ session: { user } }: FastifyRequest): Principal | undefined => user && { kind: 'user', ...user };

/** Bull Board's API is for its own page. */
const ofToken = async (request: FastifyRequest, findToken: FindToken): Promise<Principal | undefined> =>
  request.url.startsWith('/api/') ? findToken(request.headers.authorization) : undefined;

const forbid = (needed: Role, request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  sendProblem(request, reply, {
    status: 403,
    title: 'Your role does not allow this',
    detail: `It takes the role ${needed}${needed === 'admin' ? '' : ' or admin'}. An admin can give it to you.`,
  });

const refuse = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  reply.header('www-authenticate', 'Bearer realm="quailrunner"');
  return sendProblem(request, reply, {
    status: 401,
    title: 'Sign in first',
    detail: 'This needs a session, or an API token as `Authorization: Bearer …`.',
  });
};

const sendToSignIn = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  reply.header('cache-control', 'no-store');
  // A part of a page that is open: the whole page has to go there.
  if (request.headers['hx-request'] !== undefined) {
    // What somebody is writing is not taken from under their hands.
    if (request.method === 'GET') reply.header('hx-refresh', 'true');
    return reply.status(401).send();
  }
  // Who follows a link from elsewhere comes without the same-site strict cookie, signed in or not. A page of ours that
  // asks for the same address again brings the cookie.
  if (request.headers['sec-fetch-site'] === 'cross-site' && request.method === 'GET')
    return reply.page('again.njk', {});
  const wanted = request.method === 'GET' && request.url !== '/' ? `?next=${encodeURIComponent(request.url)}` : '';
  return reply.redirect(`/sign-in${wanted}`, 303);
};
