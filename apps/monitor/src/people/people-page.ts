/** `/people`: who may sign in, and as what. A password is made here and shown in the answer to the form, this once. */
import { isActorName, type Role, roles } from '@quailrunner/domain';
import {
  createUser,
  disableUser,
  enableUser,
  generatePassword,
  hashPassword,
  type Ledger,
  readUsers,
  setPasswordHash,
  setUserRole,
  type UserChange,
  type UserRow,
} from '@quailrunner/ledger';
import type { Log } from '@quailrunner/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fieldOf } from '../console/forms.js';
import { goTo, showPage } from '../console/show-page.js';
import { toMoment } from '../console/words.js';
import { forAdmins, type Principal, principalOf } from '../sign-in/gate.js';
import { nameRule, type Refusal, roleOf, roleRule } from './refusal.js';

interface Deps {
  readonly ledger: Ledger;
  readonly log: Log;
}

interface Shown {
  readonly refusal?: Refusal;
  /** Made a moment ago. */
  readonly password?: { readonly name: string; readonly text: string };
}

interface OfUser {
  Params: { readonly name: string };
}

const path = '/people';

export const addPeoplePage = (site: FastifyInstance, { ledger, log }: Deps): void => {
  const show = async (request: FastifyRequest, reply: FastifyReply, shown: Shown = {}): Promise<FastifyReply> => {
    const now = new Date();
    const people = (await readUsers(ledger)).map((user) => presentUser(user, now));
    return showPage(request, reply.status(shown.refusal?.status ?? 200), 'people.njk', { people, roles, ...shown });
  };

  /** Back to the page, which shows what has changed; or the page with why nothing has. */
  const answer = (request: FastifyRequest, reply: FastifyReply, name: string, change: UserChange) => {
    const refusal = refusalOf(change, name);
    return refusal === undefined ? goTo(reply, `${path}#${idOf(name)}`) : show(request, reply, { refusal });
  };

  const changeBy =
    (change: (name: string, by: Principal) => Promise<UserChange>) =>
    async (request: FastifyRequest<OfUser>, reply: FastifyReply): Promise<FastifyReply> => {
      const { name } = request.params;
      return answer(request as FastifyRequest, reply, name, await change(name, principalOf(request as FastifyRequest)));
    };

  site.get(path, forAdmins, (request, reply) => show(request, reply));
  site.post(path, forAdmins, async (request, reply) => {
    const name = fieldOf(request.body, 'name').trim();
    const role = roleOf(request.body);
    if (!isActorName(name)) return show(request, reply, { refusal: nameRule });
    if (role === undefined) return show(request, reply, { refusal: roleRule });
    const text = generatePassword();
    const wish = { name, role, passwordHash: await hashPassword(text) };
    if (!(await createUser(ledger, wish, principalOf(request)))) {
      return show(request, reply, { refusal: { status: 409, text: `There is a user ${name} already.` } });
    }
    log.emit('user.created', { name });
    return show(request, reply, { password: { name, text } });
  });
  site.post<OfUser>(`${path}/:name/role`, forAdmins, async (request, reply) => {
    const role: Role | undefined = roleOf(request.body);
    if (role === undefined) return show(request as FastifyRequest, reply, { refusal: roleRule });
    return changeBy((name, by) => setUserRole(ledger, name, role, by))(request, reply);
  });
  site.post<OfUser>(
    `${path}/:name/disable`,
    forAdmins,
    changeBy((name, by) => disableUser(ledger, name, by)),
  );
  site.post<OfUser>(
    `${path}/:name/enable`,
    forAdmins,
    changeBy((name, by) => enableUser(ledger, name, by)),
  );
  site.post<OfUser>(`${path}/:name/password`, forAdmins, async (request, reply) => {
    const { name } = request.params;
    const text = generatePassword();
    const by = principalOf(request as FastifyRequest);
    const change = await setPasswordHash(ledger, name, { passwordHash: await hashPassword(text), by });
    const refusal = refusalOf(change, name);
    return show(request as FastifyRequest, reply, refusal === undefined ? { password: { name, text } } : { refusal });
  });
};

const presentUser = (user: UserRow, now: Date) => ({
  id: idOf(user.name),
  path: `${path}/${encodeURIComponent(user.name)}`,
  name: user.name,
  role: user.role,
  state: user.disabledAt === undefined ? 'enabled' : 'disabled',
  sessions: user.sessions,
  added: toMoment(user.createdAt, now),
  passwordSet: toMoment(user.passwordChangedAt, now),
});

const idOf = (name: string): string => `user-${encodeURIComponent(name)}`;

const refusalOf = (change: UserChange, name: string): Refusal | undefined => {
  switch (change) {
    case 'changed':
    case 'unchanged':
      return undefined;
    case 'no-such-user':
      return { status: 404, text: `There is no user ${name}.` };
    case 'last-admin':
      return { status: 409, text: `${name} is the last admin who can sign in. Make somebody else one first.` };
  }
};
