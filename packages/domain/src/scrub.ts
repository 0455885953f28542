/**
 * Takes personal data and credentials out of text that comes from outside (an answer, a database's error message) before
 * it is stored or logged. Phone numbers keep their last two digits, so that a person can still tell two of them apart.
 */
export const scrub = (text: string, limit = 500): string =>
  text
    .replaceAll(credentials, '$1 •••')
    .replaceAll(userinfo, '$1•••@')
    .replaceAll(percentPlus, '+')
    .replaceAll(longDigits, (match) => `•••${match.replaceAll(/\D/g, '').slice(-2)}`)
    .replaceAll(emailAddress, '•••@$1')
    .slice(0, limit);

const credentials = /\b(Basic|Bearer)\s+[\w.~+/=-]+/gi;
const userinfo = /(\w+:\/\/)[^\s/@]+@/g;
const percentPlus = /%2B(?=\d)/gi;
/** Seven digits or more, with the separators people put between them. */
const longDigits = /\+?\d(?:[\s().-]{0,2}\d){6,}/g;
const emailAddress = /[\w.+-]+@([\w-]+\.[\w.-]+)/g;
