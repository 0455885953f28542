import type { Backoff } from './backoff.js';

/** What to do with a run whose POST was never answered, when nothing else could settle it. */
export type OnUnknown = 'hold' | 'retry' | 'fail';

/** The HTTP action of a task: templates, as written. */
export interface Action {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface TaskSettings {
  /** a-z, 0-9 and '-'; at most 63 characters. */
  readonly name: string;
  /** Name of the source whose predicate this is; `default` unless set. */
  readonly source: string;
  readonly everyMs: number;
  readonly action: Action;
  /** Attempts after the first one. */
  readonly retries: number;
  readonly backoff: Backoff;
  /** Messages a second; the usual rate of the sender's kind applies when it is absent. */
  readonly ratePerSecond?: number;
  /** Shared by the tasks that name it. Absent: the sender's, or the host's. */
  readonly lane?: string;
  /** Two letters of ISO 3166-1: whose numbers those are that name no country. */
  readonly defaultRegion?: string;
  /** What a change of the action means for those who are done: nothing (`keep`, unless set), or that they get it, too. */
  readonly onChange?: 'keep' | 'resend';
  readonly recheck: boolean;
  /** Absent: `hold` for Twilio, `retry` for a plain host (which is sent an Idempotency-Key). */
  readonly onUnknown?: OnUnknown;
  /** Deadline of one POST, from the first byte to the last. */
  readonly timeoutMs: number;
  /** Inclusive ranges of HTTP statuses that mean accepted. */
  readonly success: readonly StatusRange[];
  /** Name of the secret that signs the requests to a plain host. Absent: they are not signed. */
  readonly signWith?: string;
  /** Its messages go to the number of whoever tries it, and nobody else. */
  readonly isTest?: true;
  /** Name of the secret that a plain host is sent to compare. Absent: it is sent none. */
  readonly sharedSecret?: string;
}

export type StatusRange = readonly [from: number, to: number];

/** A task as one revision of it stands: its settings and its predicate. */
export interface TaskDefinition {
  readonly settings: TaskSettings;
  /** The SQL after the settings comment, as written. */
  readonly predicate: string;
}
