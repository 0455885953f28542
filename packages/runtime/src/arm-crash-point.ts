/** Kills this very process at the crash point that a test has armed: no handler runs, nothing is flushed, as in a real crash. */
import type { ArmedCrashPoint, Reach } from '@quailrunner/domain';

export const armCrashPoint = (armed: ArmedCrashPoint | undefined): Reach => {
  if (armed === undefined) return () => {};
  let timesLeft = armed.time;
  return (point) => {
    if (point !== armed.point) return;
    timesLeft -= 1;
    if (timesLeft === 0) process.kill(process.pid, 'SIGKILL');
  };
};
