/**
 * The filter `e164`: a phone number as Twilio and others want it, `+15005550010`. A number without a plus is one of the
 * country given, in two letters: `{{ phone | e164("US") }}`. Null stays null.
 */
import { getCountries, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { fault, type Run, type Value } from './run.js';
import { spendOn, textOf } from './values.js';

const isRegion = (text: string): boolean => (getCountries() as readonly string[]).includes(text);

export const checkE164Arguments = ([region]: readonly Value[]): string | undefined =>
  region === undefined || (typeof region === 'string' && isRegion(region))
    ? undefined
    : 'e164 takes a country in two letters, such as "US" or "DE"';

export const toE164 = (run: Run, value: Value, [region]: readonly Value[]): Value => {
  if (value === null) return null;
  const text = textOf(run, value).trim();
  spendOn(run, 8_192 + 64 * text.length);
  const country = region === undefined || region === null ? undefined : textOf(run, region);
  if (country !== undefined && !isRegion(country)) throw fault(run, 'RENDER_REGION', 'there is no such country');
  const options = { extract: false, ...(country === undefined ? {} : { defaultCountry: country as never }) };
  const number = parsePhoneNumberFromString(text, options);
  if (number?.isPossible() && number.ext === undefined) return number.number;
  throw fault(run, 'RENDER_NOT_A_NUMBER', 'e164 needs a phone number');
};
