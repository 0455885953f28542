/** What a code of Twilio's means for a run. The table itself is Twilio's room's; an operator may extend it. */
export const codeGroups = [
  /** This recipient can't get this message; trying again can't help. */
  'recipient',
  /** This recipient wants nothing from this sender, from no task. */
  'opt-out',
  /** The message itself is at fault; the next one of this task will probably be too. */
  'content',
  /** The account or the sender is at fault: nobody gets a message until a person mends it. */
  'lane',
  /** Too fast, or too much for now, for all that the sender sends. */
  'throttle',
  /** Too much for now for this recipient; others may get theirs. */
  'later',
  /** A passing trouble of the receiver's, certainly without effect: an attempt is spent, and it is tried again. */
  'transient',
  /** The message may have been sent: it is looked up before anything else. */
  'unknown',
] as const;

export type CodeGroup = (typeof codeGroups)[number];

export interface MessageCode {
  readonly group: CodeGroup;
  /** One sentence without numbers, names or other data of a message. */
  readonly meaning: string;
}

/** A code as an operator has it: without a meaning, the known one stands, else what Twilio says. */
export type OwnCode = Pick<MessageCode, 'group'> & Partial<MessageCode>;
