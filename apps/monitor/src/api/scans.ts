/** `/api/v1/scans`: each time a predicate was asked, and what it found. */
import { readScans } from '@quailrunner/ledger';
import { z } from 'zod';
import { endpoint } from './endpoint.js';
import { count, problem, taskName, time } from './fields.js';
import { keys, page, pageFields, readPage } from './pages.js';

const scan = z
  .object({
    scanId: z.string(),
    task: z.string(),
    revision: z.int(),
    startedAt: time,
    finishedAt: time.optional().meta({ description: 'Absent while it goes on, and where its scheduler was lost.' }),
    entitiesRead: count,
    entitiesClaimed: count,
    error: problem.optional().meta({ description: 'Why it failed.' }),
  })
  .meta({ id: 'Scan' });

export const scanEndpoints = [
  endpoint({
    method: 'GET',
    path: '/scans',
    tag: 'scans',
    name: 'listScans',
    summary: 'Scans, the newest first',
    query: z.strictObject({ task: taskName.optional(), ...pageFields('scan', keys.id) }),
    answer: page(scan),
    handle: ({ query: { task, ...asked } }, { ledger }) =>
      readPage({
        list: 'scan',
        asked,
        read: (limit) =>
          readScans(ledger, {
            limit,
            ...(task !== undefined && { task }),
            ...(asked.cursor !== undefined && { beforeScanId: asked.cursor }),
          }),
        keyOf: ({ scanId }) => scanId,
        present: (row) => row,
      }),
  }),
];
