/** The page: the fake phones and what they have got. Server-rendered; nothing on it leaves this machine. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import view from '@fastify/view';
import type { FastifyInstance } from 'fastify';
import nunjucks from 'nunjucks';
import { z } from 'zod';
import { readConversation, readPhones } from './conversations.js';
import type { DeliveryTimes } from './message-resource.js';
import type { MessageStore } from './message-store.js';

export interface PageRoutesDeps {
  readonly store: MessageStore;
  readonly times: DeliveryTimes;
  readonly now: () => number;
  /** Where programs reach this sandbox. */
  readonly baseUrl: () => string;
}

const phonesPerPage = 12;
const bubblesPerPage = 50;

const contentSecurityPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const assets = {
  'sandbox.css': 'text/css;charset=utf-8',
  'refresh.js': 'text/javascript;charset=utf-8',
  'quail.svg': 'image/svg+xml',
} as const;

/** Anything that makes no sense shows the first page of all phones. */
const pageQuery = z.object({
  page: z.coerce.number().int().min(1).max(1_000_000).catch(1),
  to: z.string().catch(''),
  search: z.string().catch(''),
});

export const registerPageRoutes = async (app: FastifyInstance, deps: PageRoutesDeps): Promise<void> => {
  const { store, times, now, baseUrl } = deps;
  await app.register(view, {
    engine: { nunjucks },
    templates: folder('views'),
    options: { autoescape: true, throwOnUndefined: true },
  });
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('content-security-policy', contentSecurityPolicy);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
    reply.header('cache-control', 'no-store');
    done();
  });

  app.get('/', (request, reply) => {
    const { page, to, search } = pageQuery.parse(request.query);
    const shared = { page, search, baseUrl: baseUrl(), total: store.all().length, recipients: store.recipientCount };
    const clock = { times, now: now() };
    if (to !== '') {
      const conversation = readConversation(store, { number: to, page, perPage: bubblesPerPage }, clock);
      return reply.view('conversation.njk', { ...shared, ...conversation, pageQuery: { to } });
    }
    const found = readPhones(store, { page, perPage: phonesPerPage, search }, clock);
    return reply.view('phones.njk', {
      ...shared,
      phones: found.phones,
      found: found.total,
      pages: found.pages,
      pageQuery: { search },
    });
  });

  for (const [name, type] of Object.entries(assets)) {
    const content = await readFile(`${folder('public')}/${name}`);
    app.get(`/assets/${name}`, (_request, reply) => reply.type(type).send(content));
  }
};

/** The same from `src/` and from `dist/`. */
const folder = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));
