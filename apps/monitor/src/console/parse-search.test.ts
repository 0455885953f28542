import { describe, expect, it } from 'vitest';
import { parseMoment } from './parse-moment.js';
import { parseSearch, searchPath } from './parse-search.js';

const now = new Date('2026-11-25T12:00:00Z');
const known = { tasks: ['welcome'], laneIds: [1, 7], now };

describe('a time in a search', () => {
  it.each([
    ['2h', '2026-11-25T10:00:00.000Z'],
    ['7d', '2026-11-18T12:00:00.000Z'],
    ['2026-11-24', '2026-11-24T00:00:00.000Z'],
    ['2026-11-24 14:30', '2026-11-24T14:30:00.000Z'],
    ['2026-11-24 14:30:05 UTC', '2026-11-24T14:30:05.000Z'],
    ['2026-11-24T14:30:05.123Z', '2026-11-24T14:30:05.123Z'],
    ['2026-11-24T14:30+0100', '2026-11-24T13:30:00.000Z'],
    ['2026-11-24T14:30+01:00', '2026-11-24T13:30:00.000Z'],
  ])('is an ISO time, in UTC unless it says otherwise, or how long ago: %s', (text, iso) => {
    expect(parseMoment(text, now)?.toISOString()).toBe(iso);
  });

  it.each(['yesterday', '2026-02-30', '2026-13-01', '2026-11-24T25:00', '2h 5m', '', '99999999d', '0000-01-01'])(
    'is none of %j',
    (text) => {
      expect(parseMoment(text, now)).toBeUndefined();
    },
  );
});

describe('a search', () => {
  it('finds by all that is given', () => {
    const query = {
      entity: ' 42 ',
      task: 'welcome',
      state: 'failed',
      code: '21211',
      lane: '7',
      since: '2h',
      before: '99',
    };
    expect(parseSearch(query, known)).toMatchObject({
      errors: {},
      filter: { entityPk: '42', task: 'welcome', state: 'failed', code: '21211', laneId: 7 },
      before: '99',
    });
  });

  it('of nothing finds everything', () => {
    expect(parseSearch({ entity: '', task: '', before: 'x' }, known)).toMatchObject({ errors: {}, filter: {} });
    expect(parseSearch({ entity: ['a', 'b'] }, known).filter).toEqual({});
    expect(parseSearch(undefined, known).before).toBeUndefined();
  });

  it('says at each field what is wrong, and keeps what was written', () => {
    const { errors, values } = parseSearch(
      { task: 'welcom', state: 'done', lane: '8', since: 'noon', until: '2026-11-25' },
      known,
    );
    expect(errors).toEqual({
      task: 'There is no such task.',
      state: expect.stringContaining('pending, queued'),
      lane: 'There is no such lane.',
      since: expect.stringContaining('2h'),
    });
    expect(values).toMatchObject({ task: 'welcom', since: 'noon' });
    expect(parseSearch({ since: '1h', until: '2h' }, known).errors).toHaveProperty('until');
  });

  it('has an address without what is not asked for', () => {
    expect(searchPath({})).toBe('/runs');
    expect(searchPath({ entity: 'a&b', state: '' }, { before: '7' })).toBe('/runs?entity=a%26b&before=7');
  });
});
