import { describe, expect, it } from 'vitest';
import { type Column, formatNumberOf, formatTable } from './table.js';

interface Fruit {
  readonly name: string;
  readonly pieces: number;
  readonly note?: string;
}

const columns: readonly Column<Fruit>[] = [
  { title: 'FRUIT', value: ({ name }) => name, paint: ({ pieces }) => (pieces === 0 ? 'red' : undefined) },
  { title: 'PIECES', value: ({ pieces }) => pieces, align: 'right' },
  { title: 'NOTE', value: ({ note }) => note },
];

const rows: Fruit[] = [
  { name: 'apple', pieces: 12_345, note: 'red\nand  green' },
  { name: 'elderberry', pieces: 0 },
];

describe('formatTable', () => {
  it('aligns columns, with numbers to the right and nothing behind the last', () => {
    expect(formatTable(columns, rows, (_, text) => text)).toBe(
      ['FRUIT       PIECES  NOTE', 'apple       12,345  red and green', 'elderberry       0  –'].join('\n'),
    );
  });

  it('shows the control characters of a cell, even those of a colour of ours', () => {
    const table = formatTable(columns, [{ name: '\u001b[31mplum\u0007', pieces: 1 }], (_, text) => text);
    expect(table.split('\n')[1]).toBe('\\x1b[31mplum\\x07       1  –');
  });

  it('keeps columns aligned when it colours them', () => {
    const painted = formatTable(columns, rows, (paint, text) => `<${paint}>${text}</>`);
    expect(painted.replaceAll(/<[^>]*>/g, '')).toContain('elderberry       0  –');
    expect(painted).toContain('<red>elderberry</>');
  });

  it('is a title line when there are no rows', () => {
    expect(formatTable(columns, [], (_, text) => text)).toBe('FRUIT  PIECES  NOTE');
  });
});

describe('formatNumberOf', () => {
  it.each([
    [0, '0 runs'],
    [1, '1 run'],
    [12_345, '12,345 runs'],
  ])('%d', (count, text) => {
    expect(formatNumberOf(count, 'run')).toBe(text);
  });
});
