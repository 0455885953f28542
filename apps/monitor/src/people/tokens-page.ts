/** `/tokens`: how programs sign in to the API. A token is shown in the answer to the form that makes it, this once. */
import { isActorName, roles } from '@quailrunner/domain';
import { createToken, type Ledger, readTokens, revokeToken, type TokenRow } from '@quailrunner/ledger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fieldOf } from '../console/forms.js';
import { goTo, showPage } from '../console/show-page.js';
import { toMoment } from '../console/words.js';
import { forAdmins, principalOf } from '../sign-in/gate.js';
import { nameRule, type Refusal, roleOf, roleRule } from './refusal.js';

interface Deps {
  readonly ledger: Ledger;
}

interface Shown {
  readonly refusal?: Refusal;
  /** Made a moment ago. */
  readonly token?: { readonly name: string; readonly text: string };
}

interface OfToken {
  Params: { readonly name: string };
}

const path = '/tokens';

/** After how many days a token ends, as the form offers it; '' is never. */
const lifetimes = ['30', '90', '365', ''] as const;
const dayMs = 86_400_000;

export const addTokensPage = (site: FastifyInstance, { ledger }: Deps): void => {
  const show = async (request: FastifyRequest, reply: FastifyReply, shown: Shown = {}): Promise<FastifyReply> => {
    const now = new Date();
    const tokens = (await readTokens(ledger)).map((token) => presentToken(token, now));
    const data = { tokens, roles, lifetimes, ...shown };
    return showPage(request, reply.status(shown.refusal?.status ?? 200), 'tokens.njk', data);
  };

  site.get(path, forAdmins, (request, reply) => show(request, reply));
  site.post(path, forAdmins, async (request, reply) => {
    const name = fieldOf(request.body, 'name').trim();
    const role = roleOf(request.body);
    const days = lifetimes.find((known) => known === fieldOf(request.body, 'days'));
    if (!isActorName(name)) return show(request, reply, { refusal: nameRule });
    if (role === undefined) return show(request, reply, { refusal: roleRule });
    if (days === undefined) return show(request, reply, { refusal: lifetimeRule });
    const wish = { name, role, expiresInMs: days === '' ? undefined : Number(days) * dayMs };
    const text = await createToken(ledger, wish, principalOf(request));
    if (text === undefined) return show(request, reply, { refusal: taken(name) });
    return show(request, reply, { token: { name, text } });
  });
  site.post<OfToken>(`${path}/:name/revoke`, forAdmins, async (request, reply) => {
    const { name } = request.params;
    const isRevoked = await revokeToken(ledger, name, principalOf(request as FastifyRequest));
    if (isRevoked) return goTo(reply, path);
    return show(request as FastifyRequest, reply, { refusal: { status: 404, text: `There is no token ${name}.` } });
  });
};

const lifetimeRule: Refusal = { status: 400, text: 'Choose when the token ends.' };

const taken = (name: string): Refusal => ({
  status: 409,
  text: `There is a token ${name} already. Choose another name, or revoke that one first.`,
});

const presentToken = (token: TokenRow, now: Date) => ({
  path: `${path}/${encodeURIComponent(token.name)}`,
  name: token.name,
  role: token.role,
  createdBy: token.createdBy,
  created: toMoment(token.createdAt, now),
  expires: token.expiresAt && toMoment(token.expiresAt, now),
  isExpired: token.isExpired,
  lastUsed: token.lastUsedAt && toMoment(token.lastUsedAt, now),
});
