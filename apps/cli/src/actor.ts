/** Who ran this command, for those who wonder later: the audit, and the reason of a paused lane. */
import { userInfo } from 'node:os';
import type { Actor } from '@quailrunner/domain';

/** A user id without a name (a container) is a number. */
export const readActor = (): Actor => {
  try {
    return { kind: 'cli', name: userInfo().username };
  } catch {
    return { kind: 'cli', name: `user ${process.getuid?.() ?? ''}`.trim() };
  }
};
