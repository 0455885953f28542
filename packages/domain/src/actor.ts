/** Who does something, and what they may do: kept of every act in the ledger's audit. */
export interface Actor {
  /** `user`: signed in at the monitor. `token`: a program at the API. `cli`: whoever ran `quail`. `system`: Quailrunner itself. */
  readonly kind: 'user' | 'token' | 'cli' | 'system';
  readonly name: string;
}

/** From the least to the most: each may do what those before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;

export type Role = (typeof roles)[number];

/** The longest name of a user or a token. */
const longestName = 63;

/** What may be called so signs in under it, stands in addresses and can't be taken for another at a glance. */
export const isActorName = (text: string): boolean =>
  text.length <= longestName && /^[a-z0-9]([a-z0-9._@-]*[a-z0-9])?$/i.test(text);
