/**
 * Numbers for people who do not exist, all E.164 and none that could be somebody's: only from ranges that regulators keep
 * free for films and books. Ranges that number checkers refuse (Ofcom's mobile 07700 900) are left out.
 *
 * NANPA: 555-0100 to 555-0199 in every area code. Ofcom: "Telephone numbers for use in TV and radio drama programmes".
 * ARCEP: décision 2018-0881. Bundesnetzagentur: Mitteilung 148/2021, "Drama Numbers". PTS: "Telefonnummer för böcker och
 * filmer". ACMA: "Phone numbers for use in TV shows, films and creative works". ComReg: Numbering Conditions, 020 91.
 */
export type CountryCode = 'US' | 'CA' | 'GB' | 'IE' | 'FR' | 'DE' | 'SE' | 'AU';

interface NumberRange {
  readonly prefix: string;
  /** What follows the prefix, as a number of this many digits. */
  readonly digits: number;
  readonly from: number;
  readonly to: number;
}

/** The `digits` digits after the prefix, all of them free. */
const block = (prefix: string, digits: number): NumberRange => ({ prefix, digits, from: 0, to: 10 ** digits - 1 });

const areaCodes = (codes: string): NumberRange[] => codes.split(' ').map((code) => block(`+1${code}55501`, 2));

const single = (prefix: string, rests: string): NumberRange[] =>
  rests.split(' ').map((rest) => ({ prefix, digits: rest.length, from: Number(rest), to: Number(rest) }));

/** In order of preference, mobile numbers first; the numbers of one group are mixed. */
const ranges: Readonly<Record<CountryCode, readonly (readonly NumberRange[])[]>> = {
  US: [
    areaCodes(
      '201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248 251 252 ' +
        '253 254 256 260 262 267 269 270 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 ' +
        '320 321 323 330 334 336 337 339 347 351 352 360 361 386 401 402 404 405 406 407 408 409 410 412 413 414 415 ' +
        '417 419 423 425 432 434 435 440 443 478 479 480 484 501 502 503 504 505 507 508 509 510 512 513 515 516 517',
    ),
  ],
  CA: [
    areaCodes('204 226 236 250 289 306 403 416 418 438 450 506 514 519 587 604 613 647 705 709 778 780 819 902 905'),
  ],
  GB: [
    [
      ...['113', '114', '115', '116', '117', '118', '121', '131', '141', '151', '161'].map((area) =>
        block(`+44${area}4960`, 3),
      ),
      ...['+442079460', '+441914980', '+442896496', '+442920180'].map((prefix) => block(prefix, 3)),
    ],
  ],
  IE: [[block('+3532091', 5)]],
  FR: [[block('+3363998', 4)]],
  DE: [
    [block('+4917139200', 2)],
    ['+493023125', '+496990009', '+494066969', '+492214710', '+498999998'].map((prefix) => block(prefix, 3)),
  ],
  SE: [
    [{ prefix: '+46701740', digits: 3, from: 605, to: 699 }],
    ['+463139006', '+464062804', '+468465004', '+469803192'].map((prefix) => block(prefix, 2)),
  ],
  AU: [
    single(
      '+6149157',
      '0006 0156 0157 0158 0159 0110 0313 0737 1266 1491 1804 2549 2665 2983 3770 3087 4118 4632 5254 5789 6398 6801 ' +
        '7426 7644 8957 8148 8888 9212 9760 9455',
    ),
    ['2', '3', '7', '8'].flatMap((area) => [block(`+61${area}5550`, 4), block(`+61${area}7010`, 4)]),
  ],
};

interface Group {
  readonly ranges: readonly NumberRange[];
  readonly size: number;
  /** A stride that meets each number of the group once: neighbours on the list are no neighbours in the range. */
  readonly step: number;
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

const toGroup = (ranges: readonly NumberRange[]): Group => {
  const size = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  let step = Math.max(1, Math.floor(size * 0.618));
  while (greatestCommonDivisor(step, size) > 1) step += 1;
  return { ranges, size, step };
};

export const countryCodes = Object.keys(ranges) as CountryCode[];

const groups = new Map(countryCodes.map((country) => [country, ranges[country].map(toGroup)]));
const counts = new Map([...groups].map(([country, own]) => [country, own.reduce((sum, { size }) => sum + size, 0)]));

/** How many numbers a country has for us. */
export const countNumbers = (country: CountryCode): number => counts.get(country) ?? 0;

/** The country's number `index` (0, 1, …): another one for each index. Throws past `countNumbers`. */
export const phoneNumberAt = (country: CountryCode, index: number): string => {
  let left = index;
  for (const { ranges: own, size, step } of groups.get(country) ?? []) {
    if (left < size) return numberAt(own, (left * step) % size);
    left -= size;
  }
  throw new RangeError(`${country} has no number ${index}`);
};

const numberAt = (own: readonly NumberRange[], position: number): string => {
  let left = position;
  for (const { prefix, digits, from, to } of own) {
    const size = to - from + 1;
    if (left < size) return prefix + String(from + left).padStart(digits, '0');
    left -= size;
  }
  throw new RangeError(`no number at ${position}`);
};
