/** `/api/v1/users`: who signs in, and as what. For admins. A password is made here and told in the answer, this once. */
import { roles } from '@quailrunner/domain';
import {
  createUser,
  disableUser,
  enableUser,
  generatePassword,
  hashPassword,
  readUsers,
  setPasswordHash,
  setUserRole,
  type UserChange,
  type UserRow,
} from '@quailrunner/ledger';
import { z } from 'zod';
import { type ApiDeps, conflict, endpoint, notFound, type Refusal } from './endpoint.js';
import { actorName, count, time } from './fields.js';
import { after, keys, page, pageFields, readPage } from './pages.js';

const role = z.enum(roles);

const user = z
  .object({
    name: z.string(),
    role,
    createdAt: time,
    passwordChangedAt: time,
    disabledAt: time.optional().meta({ description: 'Absent: may sign in.' }),
    sessions: count.meta({ description: 'Browsers in which they are signed in.' }),
  })
  .meta({ id: 'User' });

const withPassword = z.object({
  user,
  password: z.string().meta({ description: 'Told this once.' }),
});

const params = z.strictObject({ name: actorName });
const refusals = { 404: 'There is no such user.', 409: 'It is the last admin who can sign in.' };

const find = async (name: string, { ledger }: ApiDeps): Promise<UserRow | Refusal> =>
  (await readUsers(ledger)).find((each) => each.name === name) ?? notFound('user');

const changed = async (name: string, change: UserChange, deps: ApiDeps): Promise<UserRow | Refusal> => {
  if (change === 'last-admin') return conflict('It is the last admin who can sign in', 'Make somebody else one first.');
  return change === 'no-such-user' ? notFound('user') : find(name, deps);
};

export const userEndpoints = [
  endpoint({
    method: 'GET',
    path: '/users',
    tag: 'people',
    name: 'listUsers',
    role: 'admin',
    summary: 'Users, by name',
    query: z.strictObject(pageFields('user', keys.name)),
    answer: page(user),
    handle: ({ query }, { ledger }) =>
      readPage({
        list: 'user',
        asked: query,
        read: async (limit) => after(await readUsers(ledger), ({ name }) => name, query, limit),
        keyOf: ({ name }) => name,
        present: (row) => row,
      }),
  }),
  endpoint({
    method: 'POST',
    path: '/users',
    tag: 'people',
    name: 'createUser',
    role: 'admin',
    status: 201,
    summary: 'Make a user, with a password that is told this once',
    body: z.strictObject({ name: actorName, role }),
    answer: withPassword,
    refusals: { 409: 'There is a user of that name.' },
    handle: async ({ body: { name, role }, by }, deps) => {
      const password = generatePassword();
      const isCreated = await createUser(deps.ledger, { name, role, passwordHash: await hashPassword(password) }, by);
      if (!isCreated) return conflict('There is a user of that name');
      const user = await find(name, deps);
      return 'role' in user ? { user, password } : user;
    },
  }),
  endpoint({
    method: 'POST',
    path: '/users/{name}/role',
    tag: 'people',
    name: 'setUserRole',
    role: 'admin',
    summary: 'Give a user another role, at once',
    params,
    body: z.strictObject({ role }),
    answer: user,
    refusals,
    handle: async ({ params: { name }, body, by }, deps) =>
      changed(name, await setUserRole(deps.ledger, name, body.role, by), deps),
  }),
  endpoint({
    method: 'POST',
    path: '/users/{name}/disable',
    tag: 'people',
    name: 'disableUser',
    role: 'admin',
    summary: 'Let a user sign in no more, and end their sessions',
    params,
    answer: user,
    refusals,
    handle: async ({ params: { name }, by }, deps) => changed(name, await disableUser(deps.ledger, name, by), deps),
  }),
  endpoint({
    method: 'POST',
    path: '/users/{name}/enable',
    tag: 'people',
    name: 'enableUser',
    role: 'admin',
    summary: 'Let a user sign in again',
    params,
    answer: user,
    refusals: { 404: refusals[404] },
    handle: async ({ params: { name }, by }, deps) => changed(name, await enableUser(deps.ledger, name, by), deps),
  }),
  endpoint({
    method: 'POST',
    path: '/users/{name}/password',
    tag: 'people',
    name: 'setUserPassword',
    role: 'admin',
    summary: 'Give a user a new password, told this once, and end their sessions',
    params,
    answer: withPassword,
    refusals: { 404: refusals[404] },
    handle: async ({ params: { name }, by }, deps) => {
      const password = generatePassword();
      const change = await setPasswordHash(deps.ledger, name, { passwordHash: await hashPassword(password), by });
      const user = await changed(name, change, deps);
      return 'role' in user ? { user, password } : user;
    },
  }),
];
