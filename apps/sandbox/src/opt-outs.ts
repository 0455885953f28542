/**
 * Recipients who want no more of a sender, as Twilio keeps them by default: a message to them is refused (21610) until they
 * ask for messages again. twilio.com/docs/messaging/features/opt-out-keywords, read 2026.
 */
export interface Conversation {
  /** A number or a messaging service. */
  readonly sender: string;
  readonly recipient: string;
}

export interface OptOuts {
  has(conversation: Conversation): boolean;
  /** What a recipient writes to a sender; what that asks for. */
  hear(conversation: Conversation, text: string): 'stop' | 'start' | undefined;
  clear(): void;
}

const stop = /^\s*(stop|stopall|unsubscribe|cancel|end|quit|revoke|optout)\s*$/i;
const start = /^\s*(start|yes|unstop)\s*$/i;

export const openOptOuts = (): OptOuts => {
  const optedOut = new Set<string>();
  const keyOf = ({ sender, recipient }: Conversation): string => `${sender} ${recipient}`;
  return {
    has: (conversation) => optedOut.has(keyOf(conversation)),
    hear: (conversation, text) => {
      if (stop.test(text)) {
        optedOut.add(keyOf(conversation));
        return 'stop';
      }
      if (!start.test(text)) return undefined;
      optedOut.delete(keyOf(conversation));
      return 'start';
    },
    clear: () => optedOut.clear(),
  };
};
