/**
 * What happened to one POST, before anybody judges it. An answer is a value, never an exception.
 *
 * The line that matters runs between `not-sent` (certainly nothing left: free to try again) and `unanswered` (the
 * receiver may have taken it).
 */
export type Outcome = Answered | NotSent | Unanswered;

export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most 64 KiB of the body. */
  readonly body: string;
  readonly durationMs: number;
}

export interface NotSent {
  readonly kind: 'not-sent';
  /** For instance `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`, `TARGET_NOT_ALLOWED`. */
  readonly code: string;
  readonly reason: string;
  readonly durationMs: number;
}

export interface Unanswered {
  readonly kind: 'unanswered';
  /** For instance `TIMEOUT`, `ECONNRESET`. */
  readonly code: string;
  readonly reason: string;
  readonly durationMs: number;
}
