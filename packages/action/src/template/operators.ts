/** What `==`, `<`, `in`, `~` and arithmetic mean between values of columns. Decimals stay exact for `+`, `-` and `*`. */
import { isNumberDecimal, toStoredKey } from '@quailrunner/domain';
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  formatDecimal,
  multiplyDecimals,
  negateDecimal,
  parseDecimal,
} from './decimal.js';
import { bounded, fault, type Run, spend, type Value } from './run.js';
import { isTrue, spendOn, textOf } from './values.js';

export type Operate = (run: Run, left: Value, right: Value) => Value;

/** The number that a value is; a text is none, whatever it says. */
export const decimalOf = (value: Value): Decimal | undefined => {
  if (typeof value === 'number') return parseDecimal(String(value));
  return isNumberDecimal(value) ? parseDecimal(value.$numberDecimal) : undefined;
};

const isNothing = (value: Value): value is null | undefined => value === null || value === undefined;

/** Numbers by value, `1.50` is `1.5`; a number and a text by their text; a missing value is null. */
const isEqual = (run: Run, left: Value, right: Value): boolean => {
  if (left === right || (isNothing(left) && isNothing(right))) return true;
  if (isNothing(left) || isNothing(right)) return false;
  const [a, b] = [decimalOf(left), decimalOf(right)];
  if (a && b) return compareDecimals(a, b) === 0;
  const isText = typeof left === 'string' || typeof right === 'string';
  return isText && textOf(run, left) === textOf(run, right);
};

/** Below zero, zero or above; nothing compares with null. */
const order = (run: Run, left: Value, right: Value): number => {
  if (isNothing(left) || isNothing(right)) return Number.NaN;
  const [a, b] = [decimalOf(left), decimalOf(right)];
  if (a && b) return compareDecimals(a, b);
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  throw fault(run, 'RENDER_NOT_COMPARABLE', 'only two numbers or two texts can be compared');
};

export const comparisons = new Map<string, (run: Run, left: Value, right: Value) => boolean>([
  ['==', isEqual],
  ['===', isEqual],
  ['!=', (run, left, right) => !isEqual(run, left, right)],
  ['!==', (run, left, right) => !isEqual(run, left, right)],
  ['<', (run, left, right) => order(run, left, right) < 0],
  ['<=', (run, left, right) => order(run, left, right) <= 0],
  ['>', (run, left, right) => order(run, left, right) > 0],
  ['>=', (run, left, right) => order(run, left, right) >= 0],
]);

/** A text in a text, an item in an array, a key in an object. */
export const isIn = (run: Run, left: Value, right: Value): boolean => {
  if (Array.isArray(right)) {
    spendOn(run, right.length * 64);
    return right.some((item) => isEqual(run, left, item));
  }
  if (typeof right === 'string') {
    const part = textOf(run, left);
    spendOnSearch(run, right, part);
    return right.includes(part);
  }
  return typeof right === 'object' && right !== null && Object.hasOwn(right, toStoredKey(textOf(run, left)));
};

/** The worst that a search can take. */
export const spendOnSearch = (run: Run, text: string, part: string): void =>
  spendOn(run, text.length * Math.max(1, part.length));

const concat: Operate = (run, left, right) => {
  const text = bounded(run, textOf(run, left) + textOf(run, right));
  spendOn(run, text.length);
  return text;
};

const exact =
  (operate: (a: Decimal, b: Decimal) => Decimal): Operate =>
  (run, left, right) => {
    const [a, b] = [numberOf(run, left), numberOf(run, right)];
    spend(run, 1);
    return { $numberDecimal: bounded(run, formatDecimal(operate(a, b))) };
  };

const rounded =
  (operate: (a: number, b: number) => number): Operate =>
  (run, left, right) => {
    const result = operate(Number(formatDecimal(numberOf(run, left))), Number(formatDecimal(numberOf(run, right))));
    if (!Number.isFinite(result)) throw fault(run, 'RENDER_NOT_A_NUMBER', 'this comes to no number');
    return result;
  };

const numberOf = (run: Run, value: Value): Decimal => {
  const decimal = decimalOf(value);
  if (decimal === undefined) throw fault(run, 'RENDER_NOT_A_NUMBER', 'this needs a number (texts are joined with ~)');
  return decimal;
};

const add = exact(addDecimals);
const isText = (value: Value): boolean => typeof value === 'string';

export const arithmetic = {
  Add: (run, left, right) => (isText(left) || isText(right) ? concat(run, left, right) : add(run, left, right)),
  Concat: concat,
  Sub: exact((a, b) => addDecimals(a, negateDecimal(b))),
  Mul: exact(multiplyDecimals),
  Div: rounded((a, b) => a / b),
  FloorDiv: rounded((a, b) => Math.floor(a / b)),
  Mod: rounded((a, b) => a % b),
  Pow: rounded((a, b) => a ** b),
} satisfies Record<string, Operate>;

export const negate = (run: Run, value: Value): Value => ({
  $numberDecimal: formatDecimal(negateDecimal(numberOf(run, value))),
});

/** The words after `is`. */
export const tests = new Map<string, (run: Run, value: Value) => boolean>([
  ['defined', (_run, value) => value !== undefined],
  ['undefined', (_run, value) => value === undefined],
  ['null', (_run, value) => isNothing(value)],
  ['string', (_run, value) => isText(value)],
  ['number', (_run, value) => decimalOf(value) !== undefined],
  ['truthy', isTrue],
  ['falsy', (run, value) => !isTrue(run, value)],
]);
