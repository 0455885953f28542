import type { RunState } from '@quailrunner/domain';
import type { RunRow } from '@quailrunner/ledger';
import type { Paint } from './terminal.js';

const paints: Readonly<Partial<Record<RunState, Paint>>> = {
  completed: 'green',
  failed: 'red',
  unknown: 'yellow',
  retrying: 'yellow',
};

export const paintOfState = (state: RunState): Paint | undefined => paints[state];

/** `delivered`, `undelivered: 30003`; nothing while no receipt has told. */
export const formatDelivery = ({ delivery, deliveryCode }: Pick<RunRow, 'delivery' | 'deliveryCode'>) =>
  deliveryCode === undefined ? delivery : `${delivery}: ${deliveryCode}`;
