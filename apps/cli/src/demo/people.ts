/** The people of the demo's shop: believable, and the same in every demo. */
import { namesOf } from './names.js';
import { type CountryCode, countNumbers, countryCodes, phoneNumberAt } from './phone-numbers.js';
import { pick, type Random, seededRandom } from './seeded-random.js';

export interface Person {
  readonly uuid: string;
  /** E.164, from a range kept free for fiction; another one for each person. */
  readonly phoneNumber: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly country: CountryCode;
  readonly plan: Plan;
  readonly createdAt: Date;
  /** About one in twenty has left the shop. */
  readonly deletedAt: Date | null;
}

export type Plan = 'free' | 'silver' | 'gold';

/** Out of a hundred people. */
const shares: Readonly<Record<CountryCode, number>> = { US: 30, CA: 9, GB: 17, IE: 5, FR: 14, DE: 12, SE: 6, AU: 7 };
const plans: readonly Plan[] = ['free', 'free', 'free', 'free', 'free', 'silver', 'silver', 'silver', 'gold', 'gold'];
const deletedShare = 0.05;

/** As many as there are numbers for. */
export const mostPeople = countryCodes.reduce((sum, country) => sum + countNumbers(country), 0);

const opened = Date.parse('2023-03-01T08:00:00Z');
const dayMs = 86_400_000;
const seed = 20_100_401;

/** The first `count` people of the shop; the first of many are the same as the first of few. */
export const makePeople = (count: number): Person[] => {
  const random = seededRandom(seed);
  const taken = new Map<CountryCode, number>();
  return Array.from({ length: count }, () => makePerson(takeCountry(taken, random), taken, random));
};

const takeCountry = (taken: ReadonlyMap<CountryCode, number>, random: Random): CountryCode => {
  const hasLeft = (country: CountryCode) => (taken.get(country) ?? 0) < countNumbers(country);
  let draw = random() * 100;
  const drawn = countryCodes.find((country) => {
    draw -= shares[country];
    return draw < 0;
  });
  if (drawn !== undefined && hasLeft(drawn)) return drawn;
  const other = countryCodes.find(hasLeft);
  if (other === undefined) throw new RangeError(`there are numbers for ${mostPeople} people only`);
  return other;
};

const makePerson = (country: CountryCode, taken: Map<CountryCode, number>, random: Random): Person => {
  const index = taken.get(country) ?? 0;
  taken.set(country, index + 1);
  const names = namesOf[country];
  const createdAt = new Date(opened + Math.floor(random() * 600 * dayMs));
  const isDeleted = random() < deletedShare;
  return {
    uuid: makeUuid(random),
    phoneNumber: phoneNumberAt(country, index),
    firstName: pick(names.given, random),
    lastName: pick(names.family, random),
    country,
    plan: pick(plans, random),
    createdAt,
    deletedAt: isDeleted ? new Date(createdAt.getTime() + Math.ceil(random() * 200) * dayMs) : null,
  };
};

/** Version 4 of RFC 9562, with our randomness. */
const makeUuid = (random: Random): string =>
  'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replaceAll(/[xy]/g, (letter) =>
    Math.floor(letter === 'x' ? random() * 16 : 8 + random() * 4).toString(16),
  );
