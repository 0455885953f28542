/** What an app tells the process that started it, over their channel, once it is up. */
export interface Announcement {
  readonly kind: 'ready';
  readonly url?: string;
  /** Of the monitor's first user, when this start generated it. */
  readonly firstPassword?: string;
}

/** Says nothing when nobody listens: the app was started by a person or a container. */
export const announce = (announcement: Omit<Announcement, 'kind'>): void => {
  // A channel that closes in this moment means a stop, which `disconnect` tells.
  if (process.connected) process.send?.({ kind: 'ready', ...announcement } satisfies Announcement, () => {});
};

export const isAnnouncement = (message: unknown): message is Announcement =>
  typeof message === 'object' && message !== null && (message as Announcement).kind === 'ready';
