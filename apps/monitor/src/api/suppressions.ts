/** `/api/v1/suppressions`: who asked a sender for no more messages; added and lifted by hand, too. */
import { maskAddress, maskLaneKey } from '@quailrunner/domain';
import { liftSuppressions, readSuppressions, suppress } from '@quailrunner/ledger';
import { z } from 'zod';
import { endpoint, notFound } from './endpoint.js';
import { count, id, time } from './fields.js';
import { keys, page, pageFields, readPage } from './pages.js';

const suppression = z
  .object({
    suppressionId: z.string(),
    sender: z.string(),
    recipient: z.string().meta({ description: 'The last two digits.' }),
    toldBy: z.enum(['answer', 'receipt', 'recipient', 'person']),
    code: z.string().optional(),
    createdAt: time,
    runs: count.meta({ description: 'Runs that were skipped for it.' }),
  })
  .meta({ id: 'Suppression' });

const sender = z
  .string()
  .max(200)
  .regex(
    /^(?:twilio\/)?AC[0-9a-fA-F]{32}\/[\x21-\x7e]+$/,
    'must name an account and a sender, such as AC…/+15005550006',
  )
  .transform((given) => (given.startsWith('twilio/') ? given : `twilio/${given}`));

const recipient = z
  .string()
  .max(200)
  .regex(
    /^(?:\+\d{7,15}|[a-z]+:[\x21-\x7e]+)$/,
    'must be a number in full, such as +15005550010 or whatsapp:+15005550010',
  );

export const suppressionEndpoints = [
  endpoint({
    method: 'GET',
    path: '/suppressions',
    tag: 'suppressions',
    name: 'listSuppressions',
    summary: 'Who gets nothing more, the newest first',
    query: z.strictObject(pageFields('suppression', keys.id)),
    answer: page(suppression),
    handle: ({ query }, { ledger }) =>
      readPage({
        list: 'suppression',
        asked: query,
        read: (limit) =>
          readSuppressions(ledger, { limit, ...(query.cursor !== undefined && { beforeSuppressionId: query.cursor }) }),
        keyOf: ({ suppressionId }) => suppressionId,
        present: (row) => ({ ...row, sender: maskLaneKey(row.sender), recipient: maskAddress(row.recipient) }),
      }),
  }),
  endpoint({
    method: 'POST',
    path: '/suppressions',
    tag: 'suppressions',
    name: 'addSuppression',
    summary: 'Send nothing more to a recipient from a sender',
    body: z.strictObject({ sender, recipient }),
    answer: z.object({ added: count.meta({ description: '0: it was so already.' }) }),
    handle: async ({ body, by }, { ledger }) => ({
      added: await suppress(ledger, [{ sender: body.sender, recipient: body.recipient }], { toldBy: 'person', by }),
    }),
  }),
  endpoint({
    method: 'POST',
    path: '/suppressions/{id}/lift',
    tag: 'suppressions',
    name: 'liftSuppression',
    summary: 'Let a sender write to a recipient again',
    params: z.strictObject({ id }),
    answer: z.object({
      runs: count.meta({ description: 'Runs that were skipped for it: they wait for the next scan of their task.' }),
    }),
    refusals: { 404: 'There is no such suppression, or it was lifted.' },
    handle: async ({ params: { id }, by }, { ledger }) => {
      const { suppressions, runs } = await liftSuppressions(ledger, { ids: [id] }, by);
      return suppressions === 0 ? notFound('suppression') : { runs };
    },
  }),
];
