import { describe, expect, it } from 'vitest';
import { hideValues, personalOf } from './hide-values.js';

const columns = {
  first_name: 'Zoë "Z" Müller',
  tags: ['gold', { note: 'likes cake & tea' }],
  balance: { $numberDecimal: '1234.50' },
  age: 7,
  vip: true,
  gone: null,
};

describe('an answer that repeats the row', () => {
  const values = personalOf(columns, undefined);

  it.each([
    ['Hello Zoë "Z" Müller!', 'Hello •••!'],
    [JSON.stringify({ name: 'Zoë "Z" Müller' }), '{"name":"•••"}'],
    [`?q=${encodeURIComponent('likes cake & tea')}`, '?q=•••'],
    ['note=likes+cake+%26+tea', 'note=•••'],
    ['owes 1234.50, is gold', 'owes •••, is •••'],
  ])('is shown without it, however it is written: %s', (text, shown) => {
    expect(hideValues(text, values)).toBe(shown);
  });

  it('keeps what is too short to tell anything', () => {
    expect(hideValues('7 true null', values)).toBe('7 true null');
  });

  it('hides the longer of two values that overlap', () => {
    expect(hideValues('Anna-Maria', ['Anna', 'Anna-Maria'])).toBe('•••');
  });

  it('hides the text of the message', () => {
    const sample = {
      url: 'https://example.com',
      headers: {},
      body: 'Body=Hi+there',
      phone: { from: '', to: '', text: 'Hi there', media: [] },
    };
    const outline = { url: '', headers: {}, bodyBytes: 0 };
    expect(hideValues('you said: Hi there', personalOf({}, { kind: 'rendered', sample, outline }))).toBe(
      'you said: •••',
    );
  });
});
