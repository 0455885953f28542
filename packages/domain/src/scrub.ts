/**
 * Takes personal data and credentials out of text that comes from outside (an answer, a database's error message) before
 * it is stored or logged. Phone numbers keep their last two digits, so that a person can still tell two of them apart.
 * It rather takes a date or a long number too many than leaves a phone number.
 */
export const scrub = (text: string, limit = 500): string => {
  // Patterns are slow on long text, and nobody reads its end.
  const start = text.slice(0, limit * 4);
  const scrubbed = mask(start);
  // What the cut divides can't be told from other text any more.
  const whole = start.length < text.length ? scrubbed.slice(0, -longest) : scrubbed;
  return whole.slice(0, limit);
};

/** A number, an address or a password is shorter than this. */
const longest = 128;

const mask = (text: string): string =>
  text
    // PostgreSQL's text can't hold it.
    .replaceAll('\0', '\ufffd')
    .replaceAll(credentials, '$1 •••')
    .replaceAll(userinfo, '$1•••@')
    .replaceAll(emailAddress, '•••@$1')
    .replaceAll(percentPlus, '+')
    .replaceAll(percentSeparator, ' ')
    .replaceAll(longDigits, (match) => `•••${match.replaceAll(/\D/g, '').slice(-2)}`);

const credentials = /\b(Basic|Bearer)(?:\s|%20)+[\w.~+/=%-]+/gi;
/** A password may hold a slash or an at sign that should have been encoded. */
const userinfo = /(\w{1,20}:\/\/)[^\s"'<>]*@/g;
const emailAddress = /[^\s"'<>()=,;:@/•]{1,64}(?:@|%40)([\w-]{1,63}\.[\w.-]+)/gi;
const percentPlus = /%2B(?=\d)/gi;
const percentSeparator = /%(?:20|28|29|2d)/gi;
/** Seven digits or more, with the separators people put between them. */
const longDigits = /\+?\d(?:[\s()./-]{0,3}\d){6,}/g;
