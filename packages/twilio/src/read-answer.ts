/** Reading Twilio's answers: the few fields we use, tolerant of everything else, and nothing personal let through. */
import { scrub } from '@quailrunner/domain';

const sidPattern = /^[A-Z]{2}[0-9a-fA-F]{32}$/;

export type JsonObject = Readonly<Record<string, unknown>>;

export const readJsonObject = (body: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
};

export const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Twilio writes numbers both ways: `"num_media": "1"`, `"error_code": 30003`. */
export const asInteger = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
};

export const asSid = (value: unknown): string | undefined =>
  typeof value === 'string' && sidPattern.test(value) ? value : undefined;

export const readSid = (body: string): string | undefined => asSid(readJsonObject(body)?.sid);

/** `{"code":21211,"message":"…","more_info":"…","status":400}`; nothing of it when the body is not JSON. */
export const readError = (body: string): { code: number | undefined; message: string | undefined } => {
  const answer = readJsonObject(body);
  return { code: asInteger(answer?.code), message: asText(answer?.message) };
};

/**
 * Text of Twilio's or of a socket, fit to be stored and shown. Twilio's messages repeat what was wrong with a number, and
 * a number that is too short escapes `scrub`: here every number with a plus goes.
 */
export const reasonOf = (text: string | undefined): string =>
  scrub(text ?? '', 300).replaceAll(/\+\s?\d(?:[\s().-]*\d)*/g, '•••');

const keptFields = ['code', 'message', 'more_info', 'status', 'sid', 'error_code', 'error_message'] as const;

/**
 * What may be kept of an answer: of Twilio's JSON only the fields that tell how it went, for an accepted message comes
 * back with its text and its recipient. Of anything else the beginning, scrubbed.
 */
export const excerptAnswer = (body: string, limit = 300): string => {
  const answer = readJsonObject(body);
  if (!answer) return reasonOf(body).slice(0, limit);
  const kept = keptFields.filter((name) => answer[name] !== undefined && answer[name] !== null);
  const fields = kept.map((name) => [name, keepValue(answer[name])] as const);
  return JSON.stringify(Object.fromEntries(fields)).slice(0, limit);
};

const keepValue = (value: unknown): unknown => {
  if (typeof value === 'number' || asSid(value)) return value;
  return reasonOf(String(value));
};
