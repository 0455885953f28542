import { describe, expect, it } from 'vitest';
import { firstWord, placeOf, splitStatement } from './sql-text.js';

describe('the first word of a predicate', () => {
  it.each([
    ['select 1', 'SELECT'],
    ['-- who\n/* all /* of */ them */ (Select 1)', 'SELECT'],
    ['update t set x = 1', 'UPDATE'],
    ['with x as (select 1) table x', 'WITH'],
  ])('of %j is %s', (sql, word) => expect(firstWord(sql)).toBe(word));

  it('is none where there are only comments', () => expect(firstWord('-- nothing\n/* here */')).toBeUndefined());
});

describe('the end of a statement', () => {
  it.each([
    'select 1',
    'select \';\' as a, ";" from t',
    'select $$;$$, $tag$ ; $$ ; $tag$',
    "select E'\\';' -- ; no end\n, /* ; /* ; */ */ 2",
  ])('is the end of the text in %j', (sql) => expect(splitStatement(sql)).toEqual({ statement: sql }));

  it('is the first semicolon when only comments follow', () => {
    expect(splitStatement('select 1 ; ; -- done\n')).toEqual({ statement: 'select 1 ' });
  });

  it('tells where a second statement begins', () => {
    expect(splitStatement('select 1;\ndelete from t')).toEqual({ statement: 'select 1', secondAt: 10 });
  });
});

it('gives line and column of an offset, from one', () => {
  expect(placeOf('ab\ncd', 4)).toEqual({ line: 2, column: 2 });
});
