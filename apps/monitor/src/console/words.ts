/** Counts, rates and times as the pages say them. */
import { formatDuration } from '@quailrunner/domain';

export const formatCount = (count: number): string => count.toLocaleString('en-US', { maximumFractionDigits: 1 });

/** `10/s`, `30/min`. */
export const formatRate = (ratePerSecond: number): string =>
  ratePerSecond >= 1 ? `${formatCount(ratePerSecond)}/s` : `${formatCount(ratePerSecond * 60)}/min`;

/** `12s ago`, `in 3m 20s`. */
export const formatAgo = (at: Date, now: Date): string => {
  const ms = now.getTime() - at.getTime();
  if (Math.abs(ms) < 1_000) return 'just now';
  return ms > 0 ? `${formatDuration(ms)} ago` : `in ${formatDuration(-ms)}`;
};

/** A moment for `m.time`: how long ago it was, and when exactly, in UTC since nobody tells us where the reader is. */
export interface Moment {
  readonly iso: string;
  readonly exact: string;
  readonly ago: string;
}

export const toMoment = (at: Date, now: Date): Moment => {
  const iso = at.toISOString();
  return { iso, exact: `${iso.slice(0, 19).replace('T', ' ')} UTC`, ago: formatAgo(at, now) };
};
