import { describe, expect, it } from 'vitest';
import { makePeople, mostPeople } from './people.js';

/** The regulators' ranges, written down a second time and in another way than the code has them. */
const fiction = [
  /^\+1[2-9]\d\d55501\d\d$/,
  /^\+44(11[3-8]|121|131|141|151|161)4960\d{3}$/,
  /^\+442079460\d{3}$/,
  /^\+441914980\d{3}$/,
  /^\+442896496\d{3}$/,
  /^\+442920180\d{3}$/,
  /^\+3532091\d{5}$/,
  /^\+3363998\d{4}$/,
  /^\+4917139200\d\d$/,
  /^\+49(3023125|6990009|4066969|2214710|8999998)\d{3}$/,
  /^\+46701740(60[5-9]|6[1-9]\d)$/,
  /^\+46(3139006|4062804|8465004|9803192)\d\d$/,
  /^\+6149157\d{4}$/,
  /^\+61[2378](5550|7010)\d{4}$/,
];

describe('the people of the shop', () => {
  const people = makePeople(20_000);

  it('have numbers that are E.164 and kept free for fiction', () => {
    const wrong = people.filter(({ phoneNumber }) => !fiction.some((range) => range.test(phoneNumber)));
    expect(wrong.map(({ phoneNumber }) => phoneNumber)).toEqual([]);
    expect(people.every(({ phoneNumber }) => /^\+[1-9]\d{6,14}$/.test(phoneNumber))).toBe(true);
  });

  it('have a number and a key of their own each', () => {
    expect(new Set(people.map(({ phoneNumber }) => phoneNumber)).size).toBe(people.length);
    expect(new Set(people.map(({ uuid }) => uuid)).size).toBe(people.length);
    expect(
      people.every(({ uuid }) => /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(uuid)),
    ).toBe(true);
  });

  it('are the same each time, however many are asked for', () => {
    expect(makePeople(1_000)).toEqual(people.slice(0, 1_000));
  });

  it('have left in one of about twenty cases, and after they came', () => {
    const gone = makePeople(1_000).filter(({ deletedAt }) => deletedAt !== null);
    expect(gone.length).toBeGreaterThan(30);
    expect(gone.length).toBeLessThan(70);
    expect(gone.every(({ createdAt, deletedAt }) => deletedAt !== null && deletedAt > createdAt)).toBe(true);
  });

  it('come from many countries and plans', () => {
    const first = makePeople(1_000);
    expect(new Set(first.map(({ country }) => country)).size).toBe(8);
    expect(new Set(first.map(({ plan }) => plan))).toEqual(new Set(['free', 'silver', 'gold']));
    expect(first.filter(({ firstName }) => /[^a-zA-Z]/.test(firstName)).length).toBeGreaterThan(50);
  });

  it('are as many as there are numbers, and no more', () => {
    const everybody = makePeople(mostPeople);
    expect(new Set(everybody.map(({ phoneNumber }) => phoneNumber)).size).toBe(mostPeople);
    expect(() => makePeople(mostPeople + 1)).toThrow(/only/);
  });
});
