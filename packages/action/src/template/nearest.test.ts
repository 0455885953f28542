import { expect, it } from 'vitest';
import { nearest } from './nearest.js';

const columns = ['phone_number', 'first_name', 'last_name', 'id', 'created_at'];

it.each([
  ['phone_numbr', 'phone_number'],
  ['phoneNumber', 'phone_number'],
  ['PHONE_NUMBER', 'phone_number'],
  ['phone', 'phone_number'],
  ['frist_name', 'first_name'],
  ['lastname', 'last_name'],
  ['ID', 'id'],
  ['at', undefined],
  ['x', undefined],
  ['address', undefined],
])('for %j it suggests %j', (word, expected) => expect(nearest(word, columns)).toBe(expected));
