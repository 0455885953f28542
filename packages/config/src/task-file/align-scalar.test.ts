import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Document, isScalar, parseDocument, type Scalar } from 'yaml';
import { offsetInSource } from './align-scalar.js';

const types = ['PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'] as const;

/** Words a reader can tell apart, with all that YAML folds, quotes and escapes between them. */
const texts = fc
  .array(
    fc.tuple(
      fc.constantFrom('', ' ', '\n', '\n\n', '\n  ', "'", '"', '\\', '\t', '🐦'),
      fc.integer({ min: 10, max: 99 }),
    ),
    {
      minLength: 1,
      maxLength: 30,
    },
  )
  .map((parts) => parts.map(([gap, word], index) => `${index === 0 ? '' : gap}${word}`).join(''));

it('finds each character where it stands, however YAML writes the text', () => {
  fc.assert(
    fc.property(texts, fc.constantFrom(...types), fc.integer({ min: 20, max: 80 }), (given, type, lineWidth) => {
      const written = new Document({ body: given });
      (written.get('body', true) as Scalar).type = type;
      const source = written.toString({ lineWidth, indent: 4 });
      const scalar = parseDocument(source, { schema: 'failsafe' }).get('body', true);
      if (!isScalar<string>(scalar) || !scalar.range) throw new Error('no scalar');
      const { value } = scalar;
      const text = source.slice(scalar.range[0], scalar.range[1]);
      const found = Array.from({ length: value.length }, (_, offset) =>
        offsetInSource(text, { type: scalar.type, value }, offset),
      );
      for (const [offset, at] of found.entries()) {
        const character = value.charAt(offset);
        if (/\d/.test(character)) expect(text.charAt(at)).toBe(character);
        if (offset > 0) expect(at).toBeGreaterThanOrEqual(found[offset - 1] ?? 0);
      }
    }),
    { numRuns: 300 },
  );
});
