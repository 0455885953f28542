import { describe, expect, it } from 'vitest';
import { listMessages } from './list-messages.js';
import { openMessageStore } from './message-store.js';

const times = { sentAfterMs: 1_000, deliveredAfterMs: 5_000 };
const noon = Date.parse('2026-04-01T12:00:00Z');
const accountSid = `AC${'1'.repeat(32)}`;

const makeStore = (count: number) => {
  let now = noon;
  const store = openMessageStore(() => now);
  const add = (n: number) => {
    now = noon + n * 1_000;
    store.add({ accountSid, draft: { to: `+1500555001${n % 2}`, from: 'Quail', body: `${n}`, media: [] }, form: '' });
  };
  for (let n = 1; n <= count; n++) add(n);
  return { store, add };
};

const list = (store: ReturnType<typeof makeStore>['store'], query: string, now = noon + 3_600_000) => {
  const page = listMessages(store, { accountSid, query: new URLSearchParams(query), now }, times);
  return { ...page, bodies: page.messages.map(({ body }) => body) };
};

const search = (uri: string | null): string => uri?.split('?')[1] ?? '';

describe('the list of messages', () => {
  it('is newest first, in pages that new messages do not shift', () => {
    const { store, add } = makeStore(5);
    const first = list(store, 'PageSize=2');
    add(6);
    const second = list(store, search(first.next_page_uri));
    const third = list(store, search(second.next_page_uri));
    expect([first.bodies, second.bodies, third.bodies]).toEqual([['5', '4'], ['3', '2'], ['1']]);
    expect(third.next_page_uri).toBeNull();
    expect([first.page, second.page, third.page, second.start, second.end]).toEqual([0, 1, 2, 2, 3]);
    expect(list(store, search(second.previous_page_uri)).bodies).toEqual(['6', '5']);
  });

  it('goes to a page by its number as well', () => {
    const { store } = makeStore(5);
    expect(list(store, 'PageSize=2&Page=1').bodies).toEqual(['3', '2']);
  });

  it('keeps its filters from page to page', () => {
    const { store } = makeStore(6);
    const first = list(store, 'To=%2B15005550010&From=Quail&PageSize=2');
    expect(first.bodies).toEqual(['6', '4']);
    expect(list(store, search(first.next_page_uri)).bodies).toEqual(['2']);
    expect(list(store, 'From=Other').bodies).toEqual([]);
  });

  it('shows each account its own', () => {
    const { store } = makeStore(2);
    const request = { accountSid: `AC${'2'.repeat(32)}`, query: new URLSearchParams(), now: noon };
    expect(listMessages(store, request, times).messages).toEqual([]);
  });

  it('filters by DateSent only what has been sent', () => {
    const { store } = makeStore(3);
    const at = (second: number) => noon + second * 1_000;
    expect(list(store, 'DateSent>=2026-04-01').bodies).toEqual(['3', '2', '1']);
    expect(list(store, 'DateSent>=2026-04-01', at(3)).bodies).toEqual(['2', '1']);
    expect(list(store, 'DateSent=2026-04-01').bodies).toHaveLength(3);
    expect(list(store, 'DateSent=2026-04-02').bodies).toEqual([]);
    expect(list(store, 'DateSent<=2026-04-01').bodies).toHaveLength(3);
    expect(list(store, 'DateSent<=2026-03-31').bodies).toEqual([]);
    expect(list(store, 'DateSent>=2026-04-01T12:00:03Z').bodies).toEqual(['3', '2']);
  });

  it.each(['PageSize=0', 'PageSize=x', 'Page=-1', 'PageToken=PAnothing', 'PageSize=99999'])(
    'makes do with %s',
    (query) => {
      expect(list(makeStore(3).store, query).bodies).toContain('3');
    },
  );
});
