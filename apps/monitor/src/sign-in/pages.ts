/** Signing in and out. A wrong name and a wrong password take the same time and get the same answer. */
import { checkPassword, type Ledger, makeDecoy, readUser } from '@quailrunner/ledger';
import type { Log } from '@quailrunner/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { goTo } from '../console/show-page.js';
import { cookieName } from './sessions.js';
import type { Throttle } from './throttle.js';

export interface SignInDeps {
  readonly ledger: Ledger;
  readonly throttle: Throttle;
  readonly log: Log;
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

export const showSignIn: Handler = async (request, reply) => {
  const next = readNext((request.query as Form).next);
  if (request.session.user !== undefined) return reply.redirect(next, 303);
  return reply.header('cache-control', 'no-store').page('sign-in.njk', { next });
};

export const signIn = ({ ledger, throttle, log }: SignInDeps): Handler => {
  // Checked against when there is nobody of that name.
  const decoy = makeDecoy();
  return async (request, reply) => {
    const { name, password, next } = readForm(request.body);
    const waitMs = throttle.take(request.ip, name);
    if (waitMs > 0) {
      log.emit('user.sign_in_refused', { reason: 'throttled' });
      return sendAgain(reply, { name, next, waitSeconds: Math.ceil(waitMs / 1_000) });
    }
    const user = await readUser(ledger, name);
    const isRight = await checkPassword(password, user?.passwordHash ?? decoy);
    if (user === undefined || !isRight) {
      log.emit('user.sign_in_refused', { reason: 'wrong' });
      return sendAgain(reply, { name, next });
    }
    throttle.forget(request.ip, name);
    await startSession(request, { userId: user.userId, name: user.name, role: user.role });
    reply.generateCsrf(); // Now, and not with each of the first pages at once.
    log.emit('user.signed_in', { userId: user.userId });
    return reply.redirect(next, 303);
  };
};

export const signOut: Handler = async (request, reply) => {
  await request.session.destroy();
  return goTo(reply.clearCookie(cookieName, { path: '/' }), '/sign-in');
};

/** Under a new id: one that somebody planted in the browser before must not become a session. */
const startSession = async (request: FastifyRequest, user: FastifyRequest['session']['user'] & object) => {
  await request.session.regenerate();
  request.session.options({ secure: request.protocol === 'https' });
  request.session.user = user;
};

interface Again {
  readonly name: string;
  readonly next: string;
  readonly waitSeconds?: number;
}

const sendAgain = (reply: FastifyReply, again: Again): FastifyReply => {
  reply.status(again.waitSeconds === undefined ? 401 : 429).header('cache-control', 'no-store');
  if (again.waitSeconds !== undefined) reply.header('retry-after', String(again.waitSeconds));
  return reply.page('sign-in.njk', { ...again, wrong: again.waitSeconds === undefined });
};

type Form = Readonly<Record<string, unknown>>;

const longest = { name: 100, password: 1_000 };

const readForm = (body: unknown): { name: string; password: string; next: string } => {
  const form = (typeof body === 'object' && body !== null ? body : {}) as Form;
  return {
    name: readText(form.name).slice(0, longest.name),
    password: readText(form.password).slice(0, longest.password),
    next: readNext(form.next),
  };
};

const readText = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Where to go afterwards: an address of ours, never another site. */
export const readNext = (value: unknown): string => {
  const base = 'http://monitor.invalid';
  if (typeof value !== 'string' || !value.startsWith('/') || !URL.canParse(value, base)) return '/';
  const url = new URL(value, base);
  // `//elsewhere` and `/\elsewhere` name another host; after `.` and `..` are resolved a path may begin so too.
  return url.origin === base && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}` : '/';
};
