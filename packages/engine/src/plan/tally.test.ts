import { expect, it } from 'vitest';
import { openTally } from './tally.js';

const tell = (...more: [string, string][]) => {
  const tally = openTally();
  const body = `${'x'.repeat(100)}\u2019`; // A typographic apostrophe, for which smart encoding has another.
  const own = tally.add([['To', '+15005550010'], ['Body', body], ...more], undefined, '+1');
  return { own, ...tally.read() };
};

it('advises smart encoding where it makes a message shorter', () => {
  expect(tell()).toMatchObject({ segments: 2, ucs2: 1, signs: ['\u2019'], smart: { looked: 1, shorter: 1 } });
});

it('does not advise it where the form has it already, and counts by it', () => {
  expect(tell(['SmartEncoded', 'true'])).toMatchObject({ segments: 1, ucs2: 0, smart: { looked: 0, shorter: 0 } });
});

it('counts a picture message as one', () => {
  expect(tell(['MediaUrl', 'https://example.com/a.png'])).toMatchObject({ segments: 1, ucs2: 0 });
});
