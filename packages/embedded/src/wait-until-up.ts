import { setTimeout as sleep } from 'node:timers/promises';
import type { BoundProcess } from './bound-process.js';

const limitMs = 60_000;

/** Asks `isUp` until it says so; `false` when the server ended first or took longer than a minute. */
export const waitUntilUp = async (server: BoundProcess, isUp: () => Promise<boolean>): Promise<boolean> => {
  const deadline = Date.now() + limitMs;
  while (!server.hasEnded() && Date.now() < deadline) {
    if (await isUp()) return true;
    await Promise.race([sleep(20), server.ended]);
  }
  return false;
};
