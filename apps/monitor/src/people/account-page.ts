/** `/account`: what anybody may do about themselves: another password, and an end of all other sessions. */
import {
  checkPassword,
  endOtherSessions,
  hashPassword,
  type Ledger,
  readUser,
  refusePassword,
  setPasswordHash,
} from '@quailrunner/ledger';
import type { Log } from '@quailrunner/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fieldOf } from '../console/forms.js';
import { goTo, showPage } from '../console/show-page.js';
import { forViewers, principalOf } from '../sign-in/gate.js';
import type { Throttle } from '../sign-in/throttle.js';
import type { Refusal } from './refusal.js';

interface Deps {
  readonly ledger: Ledger;
  /** The one of the sign-in: who has taken over a session guesses no faster here. */
  readonly throttle: Throttle;
  readonly log: Log;
}

const path = '/account';

/** What the page says after a form has done its work. */
const done: Readonly<Record<string, string>> = {
  password: 'Your password is changed. Everywhere else you are signed out.',
  sessions: 'Everywhere else you are signed out.',
};

export const addAccountPage = (site: FastifyInstance, { ledger, throttle, log }: Deps): void => {
  const show = (request: FastifyRequest, reply: FastifyReply, refusal?: Refusal): FastifyReply =>
    showPage(request, reply.status(refusal?.status ?? 200), 'account.njk', {
      refusal,
      done: done[fieldOf(request.query, 'done')],
    });

  site.get(path, forViewers, async (request, reply) => show(request, reply));

  site.post(`${path}/password`, forViewers, async (request, reply) => {
    const by = principalOf(request);
    const [present, wanted, again] = ['present', 'wanted', 'again'].map((name) => fieldOf(request.body, name));
    const wrong = refusePassword(wanted ?? '');
    if (wrong !== undefined) return show(request, reply, { status: 400, text: `The new one is not taken: ${wrong}.` });
    if (wanted !== again)
      return show(request, reply, { status: 400, text: 'The new password was not the same twice.' });
    const waitMs = throttle.take(request.ip, by.name);
    if (waitMs > 0) return show(request, reply, tooOften(waitMs));
    const user = await readUser(ledger, by.name);
    if (user === undefined || !(await checkPassword(present ?? '', user.passwordHash))) {
      log.emit('user.sign_in_refused', { reason: 'wrong' });
      return show(request, reply, { status: 400, text: 'That is not your present password.' });
    }
    throttle.forget(request.ip, by.name);
    const passwordHash = await hashPassword(wanted ?? '');
    const exceptSessionId = request.session.sessionId;
    await setPasswordHash(ledger, by.name, { passwordHash, by, exceptSessionId });
    return goTo(reply, `${path}?done=password`);
  });

  site.post(`${path}/sessions/end`, forViewers, async (request, reply) => {
    const by = principalOf(request);
    const { userId } = request.session.user ?? {};
    if (userId === undefined) throw new Error('unreachable: only a session gets here');
    const exceptSessionId = request.session.sessionId;
    await endOtherSessions(ledger, { userId, name: by.name, exceptSessionId }, by);
    return goTo(reply, `${path}?done=sessions`);
  });
};

const tooOften = (waitMs: number): Refusal => {
  const seconds = Math.ceil(waitMs / 1_000);
  return { status: 429, text: `Too many tries. Wait ${seconds} second${seconds === 1 ? '' : 's'}, then try again.` };
};
