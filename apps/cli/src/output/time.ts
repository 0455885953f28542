import { formatDuration } from '@quailrunner/domain';

/** `12s ago`, `in 3m 20s`; for a person, beside a table that has no room for dates. */
export const formatAgo = (at: Date, now: Date): string => {
  const ms = now.getTime() - at.getTime();
  if (Math.abs(ms) < 1_000) return 'now';
  return ms > 0 ? `${formatDuration(ms)} ago` : `in ${formatDuration(-ms)}`;
};

/** `2026-03-01 12:34:56.789`, in local time as the reader's clock shows it. */
export const formatTime = (at: Date): string => {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 23).replace('T', ' ');
};

/** `2026-03-01`, likewise. */
export const formatDay = (at: Date): string => formatTime(at).slice(0, 10);
