/**
 * Content that is refused again and again: each further message of the task would fail like the last ones, so the task is
 * held and a person asked. Counted in the memory of each process, which costs a message nothing: several workers together
 * may let a few more fail.
 */
import type { Verdict } from '@quailrunner/domain';

export interface ContentFaults {
  /** Whether this verdict fills the row. A message that was accepted breaks it; one that was refused for its recipient says nothing. */
  isRowFull(of: { readonly taskId: number; readonly revision: number }, verdict: Verdict): boolean;
}

/** In a row, of one revision of a task. */
export const mostContentFaults = 20;

export const openContentFaults = (): ContentFaults => {
  const rows = new Map<string, number>();
  return {
    isRowFull: ({ taskId, revision }, verdict) => {
      const key = `${taskId}/${revision}`;
      if (verdict.kind === 'accepted') rows.delete(key);
      if (verdict.kind !== 'refused' || verdict.fault !== 'content') return false;
      const faults = (rows.get(key) ?? 0) + 1;
      if (faults < mostContentFaults) rows.set(key, faults);
      else rows.delete(key);
      return faults >= mostContentFaults;
    },
  };
};
