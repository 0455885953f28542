/** Comparing the text we sent with the text Twilio shows: equal but for what Twilio is known to change on the way. */

const trialPrefix = /^Sent from your Twilio trial account - /;
const invisible = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;
const doubleQuotes = /[\u00ab\u00bb\u201c-\u201f]/g;
const singleQuotes = /[\u2018-\u201b\u2039\u203a`\u00b4]/g;
const dashes = /[\u2010-\u2015\u2212]/g;
const link = /\bhttps?:\/\/\S+/gi;

/**
 * Folds white space, Unicode forms, the trial account's prefix, and the typographic characters that smart encoding (on by
 * default in a messaging service) replaces by plain ones: twilio.com/docs/messaging/services, "Smart encoding".
 */
export const foldBody = (body: string): string =>
  body
    .replace(trialPrefix, '')
    .normalize('NFKC')
    .replaceAll(invisible, '')
    .replaceAll(doubleQuotes, '"')
    .replaceAll(singleQuotes, "'")
    .replaceAll(dashes, '-')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** As `foldBody`, and every link is the same: a messaging service may shorten them. */
export const foldBodyAndLinks = (body: string): string => foldBody(body).replaceAll(link, '•');
