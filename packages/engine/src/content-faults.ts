/**
 * Content that is refused again and again: each further message of the task would fail like the last ones, so the task is
 * held and a person asked. Counted in the memory of each process, which costs a message nothing: several workers together
 * may let a few more fail.
 */
import type { Verdict } from '@quailrunner/domain';

export interface ContentFaults {
  /**
   * Why the task is to be held, where this verdict fills the row; to be asked once for each. A message that was accepted
   * breaks the row; one that was refused for its recipient says nothing.
   */
  add(of: { readonly taskId: number; readonly revision: number }, verdict: Verdict): string | undefined;
}

/** In a row, of one revision of a task. */
const mostContentFaults = 20;

export const openContentFaults = (): ContentFaults => {
  const rows = new Map<string, number>();
  return {
    add: ({ taskId, revision }, verdict) => {
      const key = `${taskId}/${revision}`;
      if (verdict.kind === 'accepted') rows.delete(key);
      if (verdict.kind !== 'refused' || verdict.fault !== 'content') return undefined;
      const faults = (rows.get(key) ?? 0) + 1;
      if (faults < mostContentFaults) {
        rows.set(key, faults);
        return undefined;
      }
      rows.delete(key);
      return `${mostContentFaults} messages in a row were refused. ${verdict.code}: ${verdict.reason}`;
    },
  };
};
