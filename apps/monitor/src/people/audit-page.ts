/** `/audit`: who did what, the newest act first, page by page. */
import { acts, formatChange, type Subject, subjectKinds } from '@quailrunner/domain';
import { type AuditFilter, type AuditRow, type Ledger, readAudit } from '@quailrunner/ledger';
import type { FastifyInstance } from 'fastify';
import { fieldOf, isLedgerId } from '../console/forms.js';
import { showPage } from '../console/show-page.js';
import { toMoment } from '../console/words.js';
import { forAdmins } from '../sign-in/gate.js';

const path = '/audit';
const pageSize = 50;

export const addAuditPage = (site: FastifyInstance, { ledger }: { readonly ledger: Ledger }): void => {
  site.get(path, forAdmins, async (request, reply) => {
    const asked = readAsked(request.query);
    const filter: AuditFilter = {
      actor: asked.by || undefined,
      act: asked.act || undefined,
      subjectKind: subjectKinds.find((kind) => kind === asked.kind),
      subjectId: asked.id || undefined,
    };
    const rows = await readAudit(ledger, { limit: pageSize + 1, before: asked.before || undefined }, filter);
    const now = new Date();
    return showPage(request, reply, 'audit.njk', {
      rows: rows.slice(0, pageSize).map((row) => presentRow(row, now)),
      older: rows.length > pageSize ? addressOf({ ...asked, before: rows[pageSize - 1]?.auditId ?? '' }) : undefined,
      newest: asked.before === '' ? undefined : addressOf({ ...asked, before: '' }),
      asked,
      acts,
      subjectKinds,
    });
  });
};

type Asked = Readonly<Record<'by' | 'act' | 'kind' | 'id' | 'before', string>>;

/** What is none of ours finds nothing, or is left out. */
const readAsked = (query: unknown): Asked => {
  const field = (name: string) => fieldOf(query, name).trim().slice(0, 200);
  const before = field('before');
  return {
    by: field('by'),
    act: field('act'),
    kind: field('kind'),
    id: field('id'),
    before: isLedgerId(before) ? before : '',
  };
};

const addressOf = (asked: Asked): string =>
  `${path}?${new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ''))}`;

const presentRow = ({ auditId, at, by, act, subject, before, after }: AuditRow, now: Date) => ({
  id: auditId,
  at: toMoment(at, now),
  by: by.name,
  // A user at the monitor is what one expects.
  kind: by.kind === 'user' ? '' : by.kind,
  act,
  subject: `${subject.kind} ${subject.id}`,
  href: hrefOf(subject),
  change: formatChange(before, after),
});

const hrefOf = ({ kind, id }: Subject): string | undefined => {
  const name = encodeURIComponent(id);
  switch (kind) {
    case 'task':
      return `/tasks/${name}`;
    case 'run':
      return `/runs/${name}`;
    case 'lane':
      return `/lanes#lane-${name}`;
    case 'user':
      return `/people#user-${name}`;
    case 'token':
      return '/tokens';
    case 'retry':
      return '/retries';
    case 'suppression':
      return undefined;
  }
};
