/**
 * Lists, a page at a time: `?limit=&cursor=` → `{ items, next }`. A cursor names the last item of the page before; what it
 * looks like is nobody's business, and it says so if it is somebody else's.
 */
import { z } from 'zod';
import { ledgerId } from '../console/forms.js';

const standardLimit = 50;
const mostItems = 200;

const limit = z
  .string()
  .regex(/^[1-9]\d{0,2}$/, `must be a number from 1 to ${mostItems}`)
  .transform(Number)
  .refine((asked) => asked <= mostItems, `must be a number from 1 to ${mostItems}`)
  .meta({
    given: { type: 'integer', minimum: 1, maximum: mostItems, default: standardLimit },
    description: 'The most items that a page holds.',
  })
  .optional();

/** `list`: whose cursors they are. `key`: what an item is named by. */
const cursorOf = (list: string, key: RegExp) =>
  z
    .string()
    .max(200)
    .transform((cursor, context) => {
      const [, name, last] = /^([a-z]+):(.*)$/s.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
      if (name === list && last !== undefined && key.test(last) && toCursor(list, last) === cursor) return last;
      context.addIssue({ code: 'custom', message: 'must be the `next` of a page of this list' });
      return z.NEVER;
    })
    .meta({ description: 'The `next` of the page before; absent, the first page.' })
    .optional();

const toCursor = (list: string, last: string): string => Buffer.from(`${list}:${last}`).toString('base64url');

export const keys = { id: ledgerId, name: /^[A-Za-z0-9._@-]{1,63}$/ };

/** The query's fields that every list takes. */
export const pageFields = (list: string, key: RegExp) => ({ limit, cursor: cursorOf(list, key) });

export interface AskedPage {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: 'The cursor of the page that follows; null where there is none.' }),
  });

interface PageOf<Row, Item> {
  readonly list: string;
  readonly asked: AskedPage;
  /** One row more than the page holds tells that another page follows. */
  readonly read: (limit: number) => Promise<readonly Row[]> | readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly present: (row: Row) => Item;
}

export const readPage = async <Row, Item>({
  list,
  asked,
  read,
  keyOf,
  present,
}: PageOf<Row, Item>): Promise<{ items: Item[]; next: string | null }> => {
  const limit = asked.limit ?? standardLimit;
  const rows = await read(limit + 1);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const isMore = rows.length > limit && last !== undefined;
  return { items: items.map(present), next: isMore ? toCursor(list, keyOf(last)) : null };
};

/** Of a list that is short enough to be read as a whole, in the order of its names. */
export const after = <Row>(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
  { cursor }: AskedPage,
  limit: number,
): Row[] =>
  rows
    .filter((row) => cursor === undefined || nameOf(row) > cursor)
    .toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
    .slice(0, limit);
