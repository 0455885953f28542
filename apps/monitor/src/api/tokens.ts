/** `/api/v1/tokens`: how programs sign in here. For admins. A token is told in the answer that makes it, this once. */
import { roles } from '@quailrunner/domain';
import { createToken, readTokens, revokeToken } from '@quailrunner/ledger';
import { z } from 'zod';
import { conflict, endpoint, notFound } from './endpoint.js';
import { actorName, time } from './fields.js';
import { after, keys, page, pageFields, readPage } from './pages.js';

const role = z.enum(roles);

const token = z
  .object({
    name: z.string(),
    role,
    createdBy: z.string(),
    createdAt: time,
    expiresAt: time.optional().meta({ description: 'Absent: it holds until it is revoked.' }),
    isExpired: z.boolean(),
    lastUsedAt: time.optional().meta({ description: 'To the minute.' }),
  })
  .meta({ id: 'Token' });

const dayMs = 86_400_000;

export const tokenEndpoints = [
  endpoint({
    method: 'GET',
    path: '/tokens',
    tag: 'people',
    name: 'listTokens',
    role: 'admin',
    summary: 'Tokens that were not revoked, by name',
    query: z.strictObject(pageFields('token', keys.name)),
    answer: page(token),
    handle: ({ query }, { ledger }) =>
      readPage({
        list: 'token',
        asked: query,
        read: async (limit) => after(await readTokens(ledger), ({ name }) => name, query, limit),
        keyOf: ({ name }) => name,
        present: (row) => row,
      }),
  }),
  endpoint({
    method: 'POST',
    path: '/tokens',
    tag: 'people',
    name: 'createToken',
    role: 'admin',
    status: 201,
    summary: 'Make a token, told this once',
    body: z.strictObject({
      name: actorName,
      role,
      expiresInDays: z.int().min(1).max(3_650).optional().meta({ description: 'Absent: until it is revoked.' }),
    }),
    answer: z.object({ name: z.string(), role, token: z.string().meta({ description: 'Told this once.' }) }),
    refusals: { 409: 'There is a token of that name.' },
    handle: async ({ body: { name, role, expiresInDays }, by }, { ledger }) => {
      const expiresInMs = expiresInDays === undefined ? undefined : expiresInDays * dayMs;
      const token = await createToken(ledger, { name, role, expiresInMs }, by);
      return token === undefined ? conflict('There is a token of that name') : { name, role, token };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/tokens/{name}/revoke',
    tag: 'people',
    name: 'revokeToken',
    role: 'admin',
    summary: 'Let a token open nothing any more, at once',
    params: z.strictObject({ name: actorName }),
    answer: z.object({ name: z.string() }),
    refusals: { 404: 'There is no such token.' },
    handle: async ({ params: { name }, by }, { ledger }) =>
      (await revokeToken(ledger, name, by)) ? { name } : notFound('token'),
  }),
];
