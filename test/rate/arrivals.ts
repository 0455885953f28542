/** Arrivals at the sandbox, by its own clock, and what can be said of them. */
import type { Stage } from '../support/stage.js';

export interface Arrival {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly segments: number;
}

export const readArrivals = async ({ sandbox }: Stage, from?: string): Promise<Arrival[]> => {
  const arrivals: Arrival[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const answer = await fetch(`${sandbox.url}/sandbox/messages?limit=10000&after=${after}`);
    const page = (await answer.json()) as Page;
    arrivals.push(...page.messages.map(toArrival));
    after = page.next;
  }
  return from === undefined ? arrivals : arrivals.filter((arrival) => arrival.from === from);
};

interface Page {
  readonly messages: { createdAt: string; from: string; to: string; segmentCount: number }[];
  readonly next: number | null;
}

const toArrival = ({ createdAt, from, to, segmentCount }: Page['messages'][number]): Arrival => ({
  at: Date.parse(createdAt),
  from,
  to,
  segments: segmentCount,
});

/** Those in [`from`, `from` + `forMs`). */
export const within = (arrivals: readonly Arrival[], from: number, forMs: number): Arrival[] =>
  arrivals.filter(({ at }) => at >= from && at < from + forMs);

export const countSegments = (arrivals: readonly Arrival[]): number =>
  arrivals.reduce((sum, { segments }) => sum + segments, 0);

/** The most segments in any second that begins with an arrival: no other second can hold more. */
export const busiestSecond = (arrivals: readonly Arrival[]): number => {
  let most = 0;
  let last = 0;
  let segments = 0;
  for (const first of arrivals) {
    for (let next = arrivals[last]; next !== undefined && next.at < first.at + 1_000; next = arrivals[last]) {
      segments += next.segments;
      last += 1;
    }
    most = Math.max(most, segments);
    segments -= first.segments;
  }
  return most;
};
