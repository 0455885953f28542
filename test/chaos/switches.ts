/** How the processes of a house are set up: short times, so that minutes hold what else takes a day. */
import type { ChaosOptions } from './options.js';

type Switched = Pick<ChaosOptions, 'lookUp' | 'receipts'> & {
  /** A free port that the monitor keeps over its lives: Twilio calls it there. */
  readonly monitorPort: number;
};

export const stormEnv = ({ lookUp, receipts, monitorPort }: Switched): Record<string, string> => ({
  QUAIL_LOOK_UP: lookUp ? 'on' : 'off',
  QUAIL_LOOK_UP_AFTER: '2s',
  QUAIL_WORKER_LOST_AFTER: '4s',
  SHUTDOWN_TIMEOUT: '5s',
  ...(receipts ? { PUBLIC_URL: `http://127.0.0.1:${monitorPort}` } : {}),
});
