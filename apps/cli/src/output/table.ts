/** Tables that read well without colour: aligned columns, two spaces between, nothing around. */
import { showControls } from './controls.js';
import type { Paint, Painter } from './terminal.js';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | undefined;
  /** Numbers stand right. */
  readonly align?: 'left' | 'right';
  readonly paint?: (row: Row) => Paint | undefined;
}

/** A title line and a line for each row; an absent value is a `–`. */
export const formatTable = <Row>(columns: readonly Column<Row>[], rows: readonly Row[], paint: Painter): string => {
  const texts = rows.map((row) => columns.map((column) => textOf(column.value(row))));
  const widths = columns.map(({ title }, n) => Math.max(title.length, ...texts.map((cells) => cells[n]?.length ?? 0)));
  const lineOf = (cells: readonly string[], paints: readonly (Paint | undefined)[]): string =>
    columns
      .map((column, n) => {
        const cell = cells[n] ?? '';
        const isLast = n === columns.length - 1;
        const padded = pad(cell, widths[n] ?? 0, isLast && column.align !== 'right' ? undefined : column.align);
        const colour = paints[n];
        return colour === undefined ? padded : paint(colour, padded);
      })
      .join('  ')
      .trimEnd();
  const head = lineOf(
    columns.map(({ title }) => title),
    columns.map(() => 'dim'),
  );
  const body = rows.map((row, n) =>
    lineOf(
      texts[n] ?? [],
      columns.map((column) => column.paint?.(row)),
    ),
  );
  return [head, ...body].join('\n');
};

const textOf = (value: string | number | undefined): string => {
  if (value === undefined) return '–';
  return typeof value === 'number' ? formatCount(value) : showControls(value.replaceAll(/\s+/g, ' '));
};

const pad = (text: string, width: number, align: 'left' | 'right' = 'left'): string =>
  align === 'right' ? text.padStart(width) : text.padEnd(width);

/** 1234567 → `1,234,567`. */
export const formatCount = (count: number): string => count.toLocaleString('en-US');

/** `1 run`, `2 runs`, `1,000 runs`. */
export const formatNumberOf = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;
