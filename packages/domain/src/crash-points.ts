/**
 * Where a crash would matter most: between each two steps that write. A test arms one of them by the environment
 * (`QUAIL_CRASH_AT`), and the process kills itself there; otherwise they are nothing.
 */
export const crashPoints = [
  'scan.taken',
  'lane.ensured',
  'entities.claimed',
  'scan.read',
  'runs.fed',
  'runs.rechecked',
  'jobs.added',
  'job.taken',
  'attempt.started',
  'attempt.answered',
  'lane.slowed',
  'lane.held',
  'recipient.suppressed',
  'sid.reclaimed',
  'attempt.recorded',
  'workers.swept',
  'jobless.returned',
  'retry.advanced',
  'message.looked-up',
  'run.settled',
  'receipt.checked',
  'receipt.recorded',
] as const;

export type CrashPoint = (typeof crashPoints)[number];

/** Tells that a point is reached. Does nothing, or never returns. */
export type Reach = (point: CrashPoint) => void;

/** `attempt.started`, or `attempt.started:3` for the third time that the process comes by. */
export interface ArmedCrashPoint {
  readonly point: CrashPoint;
  /** 1 for the first time. */
  readonly time: number;
}

export const parseCrashPoint = (text: string): ArmedCrashPoint | undefined => {
  const [name, time = '1', ...rest] = text.split(':');
  const point = crashPoints.find((known) => known === name);
  if (point === undefined || !/^[1-9]\d{0,8}$/.test(time) || rest.length > 0) return undefined;
  return { point, time: Number(time) };
};
