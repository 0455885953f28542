/**
 * Whether a JSON body is JSON whichever way its conditions and loops go: it is written with stand-ins for its values, once
 * for each way that matters, and parsed. A mistake is reported with its place in the template.
 */
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { type Part, report } from '../template/part.js';
import type { Piece } from '../template/pieces.js';
import { maxSampleLength, type Sample, sourceOffset, writeSample } from './json-sample.js';
import { settleCommas, writeJsonText } from './json-text.js';
import { readWorlds } from './worlds.js';

const mistakes: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this word is no JSON',
  InvalidNumberFormat: 'this is no number of JSON',
  PropertyNameExpected: 'a name in double quotes belongs here',
  ValueExpected: 'a value belongs here',
  ColonExpected: 'a colon belongs here',
  CommaExpected: 'a comma belongs here',
  CloseBraceExpected: 'a closing brace } is missing',
  CloseBracketExpected: 'a closing bracket ] is missing',
  EndOfFileExpected: 'the JSON is over, but the body goes on here',
  InvalidCommentToken: 'this comment is none',
  UnexpectedEndOfComment: 'this comment is never closed',
  UnexpectedEndOfString: 'this string is never closed',
  UnexpectedEndOfNumber: 'this number is not whole',
  InvalidUnicode: 'this is no character that JSON can name',
  InvalidEscapeCharacter: 'JSON has no such escape',
  InvalidCharacter: 'JSON has no such character here (a line break in a string is written \\n)',
};

export const checkJson = (part: Part, pieces: readonly Piece[]): void => {
  const worlds = readWorlds(pieces);
  for (const world of worlds) {
    const sample = writeSample(pieces, world);
    const error = sample.text.length > maxSampleLength ? undefined : findError(sample.text);
    if (error === undefined) continue;
    const isConditional = worlds.length > 1;
    report(part, sourceOffset(sample, error.offset), {
      code: 'JSON_SYNTAX',
      message: error.message,
      mend: isConditional
        ? 'the body has to be JSON whichever way its {% if %} and {% for %} go'
        : mendOf(sample, error.offset),
    });
    return;
  }
};

const findError = (text: string): { message: string; offset: number } | undefined => {
  const errors: ParseError[] = [];
  try {
    parse(text, errors, { allowTrailingComma: true });
    const [first] = errors;
    // The scanner's own mistakes come after the parser's, at the same place or before it.
    const error = errors.reduce((a, b) => (b.offset < (a?.offset ?? 0) ? b : a), first);
    if (error === undefined) return isStrict(text) ? undefined : { message: 'this is no JSON', offset: 0 };
    return { message: mistakes[printParseErrorCode(error.error)] ?? 'this is no JSON', offset: error.offset };
  } catch {
    return { message: 'the JSON is nested too deeply', offset: 0 };
  }
};

/** What we make of it is what is sent: it has to satisfy a strict parser too. */
const isStrict = (text: string): boolean => {
  try {
    JSON.parse(settleCommas(writeJsonText(text, 'value').text));
    return true;
  } catch {
    return false;
  }
};

const mendOf = (sample: Sample, offset: number): string | undefined => {
  const isNearTag = sample.marks.some((mark) => mark.isTag && Math.abs(mark.at - offset) <= 4);
  return isNearTag ? 'inside of quotes a tag is text; without quotes it is a whole JSON value' : undefined;
};
