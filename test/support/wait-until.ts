import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** What is waited for, as the error says it: "the run to be completed". */
  readonly what: string;
  /** 10 seconds unless set. */
  readonly timeoutMs?: number;
}

/**
 * Asks `condition` again and again until it gives something other than `undefined` or `false`, and returns that.
 * Throws, naming what was waited for, when the time is over.
 */
export const waitUntil = async <Value>(
  condition: () => Value | Promise<Value>,
  { what, timeoutMs = 10_000 }: WaitOptions,
): Promise<Exclude<Value, undefined | false>> => {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value as Exclude<Value, undefined | false>;
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs} ms for ${what}, in vain`);
    await sleep(20);
  }
};
