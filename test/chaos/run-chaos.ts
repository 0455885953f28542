/** Chaos: shakes a whole house and counts what came out of it. It stops by itself. */
import type { ChaosOptions } from './options.js';
import type { Report } from './report.js';
import { runKills } from './run-kills.js';
import { runStorm } from './run-storm.js';

/** `tell` takes a line for each fault. Aborting `signal` ends everything and rejects. */
export const runChaos = (
  options: ChaosOptions,
  tell: (line: string) => void,
  signal: AbortSignal = new AbortController().signal,
): Promise<Report> => (options.scenario === 'kills' ? runKills : runStorm)(options, { tell, signal });
