import { QuailError } from '@quailrunner/domain';
import type { Announcement } from '../supervisor/announcement.js';
import type { ChildSpec } from '../supervisor/child.js';
import { findPort, type PortWish } from '../supervisor/find-port.js';
import type { Fleet } from '../supervisor/fleet.js';

const tries = 3;

export interface MonitorBerth {
  readonly wish: PortWish;
  /** What `findPort` gave for the wish. */
  readonly port: number;
}

/** Between finding a free port and listening on it somebody else may take it: then the next one is found. */
export const launchMonitor = async (
  fleet: Fleet,
  berth: MonitorBerth,
  specOf: (port: number) => ChildSpec,
): Promise<Announcement> => {
  let { port } = berth;
  for (let left = tries; ; left -= 1) {
    try {
      const [announcement] = await fleet.launch([specOf(port)]);
      return announcement as Announcement;
    } catch (error) {
      const isLost = left === 1 || berth.wish.isExplicit || (await findPort({ ...berth.wish, port })) === port;
      if (!(error instanceof QuailError) || isLost) throw error;
      port = await findPort(berth.wish);
    }
  }
};
