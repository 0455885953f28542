const deltaSeconds = /^\d+(?:\.\d+)?$/;
/** The three forms of RFC 9110, section 5.6.7. Date.parse alone is too generous: it reads `soon 5` as some year. */
const httpDate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/i;

/**
 * Reads a Retry-After header (RFC 9110, section 10.2.3) as milliseconds from `now` (epoch milliseconds): seconds or an
 * HTTP date; 0 for a date that has passed, `undefined` when there is no header or it makes no sense. Not capped.
 */
export const parseRetryAfter = (value: string | undefined, now: number): number | undefined => {
  const text = value?.trim() ?? '';
  if (deltaSeconds.test(text)) return Math.ceil(Number(text) * 1_000);
  if (!httpDate.test(text)) return undefined;
  // The asctime form names no zone and means GMT.
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
};
