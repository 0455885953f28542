/** What an answer means for the run, its lane and its task. */
export type Verdict =
  /** The receiver took it. `sid` is the receiver's own id for the message, where it gives one. */
  | { readonly kind: 'accepted'; readonly sid?: string }
  /** Trying again can't help: the recipient or the content is at fault. */
  | {
      readonly kind: 'refused';
      /** `opt-out`: the recipient wants nothing from this sender, whatever the task. */
      readonly fault: 'recipient' | 'opt-out' | 'content';
      readonly code: string;
      readonly reason: string;
    }
  /** Too fast. Certainly not processed; spends no attempt. */
  | {
      readonly kind: 'throttled';
      readonly code: string;
      readonly reason: string;
      readonly retryAfterMs?: number;
      /** Who is to wait: all that the lane sends, or this run alone. */
      readonly scope: 'lane' | 'run';
    }
  /** Failed for now, and certainly without effect (or the receiver recognises a repeat): try again. */
  | {
      readonly kind: 'transient';
      readonly code: string;
      readonly reason: string;
      /** There was no connection: nobody else in the lane would get one either. */
      readonly isUnreachable?: true;
    }
  /** The account, sender or host is at fault: holds the lane, spends no attempt. */
  | { readonly kind: 'lane-fault'; readonly code: string; readonly reason: string }
  /** May have been processed: must be settled before anything is sent again. */
  | { readonly kind: 'unknown'; readonly code: string; readonly reason: string };

export type VerdictKind = Verdict['kind'];
