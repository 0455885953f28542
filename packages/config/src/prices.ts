/**
 * A user's own price table, as YAML: what a segment costs by the beginning of the number, and what a picture message does.
 * Every mistake at its place.
 *
 *     currency: USD
 *     sms: { "+1": 0.0083, "+49": 0.0900 }
 *     mms: { "+1": 0.0200 }
 */
import { existsSync } from 'node:fs';
import { type Prices, type Problem, ProblemsError } from '@quailrunner/domain';
import { z } from 'zod';
import { readText } from './read-text.js';
import { readYaml } from './task-file/read-yaml.js';
import { placeOfKey } from './task-file/yaml-places.js';

const price = z
  .string()
  .regex(/^\d{1,6}(?:\.\d{1,8})?$/, 'must be a price such as 0.0083')
  .transform(Number);
/** Without its plus or its channel, it would be the beginning of no recipient. */
const beginning = 'must be the beginning of a number, such as "+1", or of a channel, such as "whatsapp:"';
const table = z
  .record(z.string().regex(/^(?:\+\d{0,15}|[a-z]+:\+?\d{0,15})?$/), price, 'must be prices by prefix')
  .default({});
const prices = z.strictObject({
  currency: z.string('must name a currency, such as USD').regex(/^[A-Z]{3}$/, 'must be three letters, such as USD'),
  sms: table,
  mms: table,
});

const usualPath = 'prices.yaml';

/** Those of the working directory, if it has any. Throws ProblemsError. */
export const findPrices = (): Prices | undefined => (existsSync(usualPath) ? readPrices(usualPath) : undefined);

/** Throws ProblemsError. */
export const readPrices = (path: string): Prices => {
  const text = readText(path, (message) => ({ code: 'PRICES_INVALID', message, where: path }));
  return parsePrices(text, path);
};

export const parsePrices = (text: string, path: string): Prices => {
  const yaml = readYaml(text, { yaml: text, yamlAt: 0 }, path);
  const parsed = prices.safeParse(yaml.document.toJS() ?? {});
  if (parsed.success) {
    const { currency, sms, mms } = parsed.data;
    return { currency, sms: new Map(Object.entries(sms)), mms: new Map(Object.entries(mms)) };
  }
  const problems = parsed.error.issues.map((issue): Problem => {
    const name = issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue.path.join('.');
    const message =
      issue.code === 'unrecognized_keys'
        ? `there is no "${name}": it has currency, sms and mms`
        : `"${name}" ${issue.code === 'invalid_key' ? beginning : issue.message}`;
    return { code: 'PRICES_INVALID', message, where: path, ...placeOfKey(yaml, issue.path) };
  });
  throw new ProblemsError(problems);
};
