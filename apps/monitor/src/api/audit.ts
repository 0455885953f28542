/** `/api/v1/audit`: who did what to what, as it was before and after. */
import { acts, subjectKinds } from '@quailrunner/domain';
import { readAudit } from '@quailrunner/ledger';
import { z } from 'zod';
import { endpoint } from './endpoint.js';
import { actorName, text, time, who } from './fields.js';
import { keys, page, pageFields, readPage } from './pages.js';

const change = z.record(z.string(), z.unknown());

const row = z
  .object({
    auditId: z.string(),
    at: time,
    by: who,
    act: z.enum(acts),
    subject: z.object({ kind: z.enum(subjectKinds), id: z.string() }),
    before: change.optional(),
    after: change.optional(),
  })
  .meta({ id: 'AuditRow' });

export const auditEndpoints = [
  endpoint({
    method: 'GET',
    path: '/audit',
    tag: 'audit',
    name: 'listAudit',
    role: 'admin',
    summary: 'Who did what, the newest act first',
    query: z.strictObject({
      actor: actorName.optional(),
      act: z.enum(acts).optional(),
      subjectKind: z.enum(subjectKinds).optional(),
      subjectId: text(200).optional(),
      ...pageFields('audit', keys.id),
    }),
    answer: page(row),
    handle: ({ query: { actor, act, subjectKind, subjectId, ...asked } }, { ledger }) =>
      readPage({
        list: 'audit',
        asked,
        read: (limit) => readAudit(ledger, { limit, before: asked.cursor }, { actor, act, subjectKind, subjectId }),
        keyOf: ({ auditId }) => auditId,
        present: ({ before, after, ...rest }) => ({
          ...rest,
          ...(before && { before: { ...before } }),
          ...(after && { after: { ...after } }),
        }),
      }),
  }),
];
