import type { RunState } from '@quailrunner/domain';
import type { Paint } from './terminal.js';

const paints: Readonly<Partial<Record<RunState, Paint>>> = {
  completed: 'green',
  failed: 'red',
  unknown: 'yellow',
  retrying: 'yellow',
};

export const paintOfState = (state: RunState): Paint | undefined => paints[state];
