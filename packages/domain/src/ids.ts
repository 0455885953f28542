/** One job of a run: a run is fed again under the next dispatch number, and only the newest one may start it. */
export interface Dispatch {
  /** The ledger's bigint, as text. */
  readonly runId: string;
  readonly dispatch: number;
}

/** `r_<run id>_<dispatch no>`: never all digits and without ':', as BullMQ asks of a job id. */
export const formatJobId = ({ runId, dispatch }: Dispatch): string => `r_${runId}_${dispatch}`;

/** `undefined` for what `formatJobId` can't have written. */
export const parseJobId = (jobId: string): Dispatch | undefined => {
  const match = /^r_([1-9]\d*)_(0|[1-9]\d{0,14})$/.exec(jobId);
  if (!match) return undefined;
  return { runId: match[1] as string, dispatch: Number(match[2]) };
};
