/** The pages' templates. Everything they show is escaped unless it is markup of the template itself. */
import { join } from 'node:path';
import fastifyView from '@fastify/view';
import type { FastifyInstance } from 'fastify';
import nunjucks from 'nunjucks';

declare module 'fastify' {
  interface FastifyReply {
    /** Renders a view. Not `view`: that name is Bull Board's. */
    page(view: string, data: object): FastifyReply;
  }
}

const root = join(import.meta.dirname, '..');
/** Served under /assets: what is as it is, and the browser's code, which the build bundles. */
export const publicDirectories = [join(root, 'public'), join(root, 'dist', 'browser')];

export interface ViewOptions {
  /** Where a sandbox shows the phones, when messages go to one. */
  readonly sandboxUrl?: string | undefined;
}

export const addViews = async (app: FastifyInstance, shown: ViewOptions): Promise<void> => {
  await app.register(fastifyView, {
    engine: { nunjucks },
    templates: join(root, 'views'),
    propertyName: 'page',
    production: true,
    defaultContext: shown,
    options: { autoescape: true, throwOnUndefined: false, trimBlocks: true, lstripBlocks: true },
  });
};
