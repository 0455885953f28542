/**
 * What a lane is called in Redis: its id, never its key, which may hold a sender's phone number. The braces make one hash
 * slot of each lane, so that BullMQ's scripts work on a Redis cluster too.
 */
export const queueNameOf = (laneId: number): string => `{lane-${laneId}}`;

export const keyPrefix = 'quailrunner';
