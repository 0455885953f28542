/** How the processes of a house are set up: short times, so that minutes hold what else takes a day. */
import type { ChaosOptions } from './options.js';

/** A free port that the monitor keeps over its lives: Twilio calls it there. */
type Switched = Pick<ChaosOptions, 'lookUp' | 'receipts'> & { readonly monitorPort: number };

export const stormEnv = (_: Switched): Record<string, string> => ({
  QUAIL_LOOK_UP_AFTER: '2s',
  SHUTDOWN_TIMEOUT: '5s',
});
