/** Exact decimal numbers: what SQL's `numeric` and `bigint` mean must not pass through a JavaScript number. */
export interface Decimal {
  /** The value is `digits / 10 ** scale`. */
  readonly digits: bigint;
  readonly scale: number;
}

const shape = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
/** Longer numbers are text to a template. */
const maxLength = 500;

export const parseDecimal = (text: string): Decimal | undefined => {
  const match = text.length <= maxLength ? shape.exec(text) : null;
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
};

export const formatDecimal = ({ digits, scale }: Decimal): string => {
  const sign = digits < 0n ? '-' : '';
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const whole = text.slice(0, text.length - scale);
  return scale === 0 ? `${sign}${whole}` : `${sign}${whole}.${text.slice(-scale)}`;
};

/** Both as whole numbers over the same power of ten. */
const align = (a: Decimal, b: Decimal): [a: bigint, b: bigint, scale: number] => {
  const scale = Math.max(a.scale, b.scale);
  return [a.digits * 10n ** BigInt(scale - a.scale), b.digits * 10n ** BigInt(scale - b.scale), scale];
};

export const addDecimals = (a: Decimal, b: Decimal): Decimal => {
  const [left, right, scale] = align(a, b);
  return { digits: left + right, scale };
};

export const negateDecimal = ({ digits, scale }: Decimal): Decimal => ({ digits: -digits, scale });

export const multiplyDecimals = (a: Decimal, b: Decimal): Decimal => ({
  digits: a.digits * b.digits,
  scale: a.scale + b.scale,
});

/** Negative, zero or positive, as a sort wants it. */
export const compareDecimals = (a: Decimal, b: Decimal): number => {
  const [left, right] = align(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
};

/** To exactly `places` digits after the point; half goes away from zero, as PostgreSQL's `round` does it. */
export const roundDecimal = (value: Decimal, places: number): Decimal => {
  if (value.scale <= places) return { digits: value.digits * 10n ** BigInt(places - value.scale), scale: places };
  const unit = 10n ** BigInt(value.scale - places);
  const half = value.digits < 0n ? -unit / 2n : unit / 2n;
  return { digits: (value.digits + half) / unit, scale: places };
};
