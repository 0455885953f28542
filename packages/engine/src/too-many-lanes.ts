/** How many lanes one task may make: each has a gate, a job and a queue of its own. A scan refuses more, and a plan says so. */
import type { Problem } from '@quailrunner/domain';

export const maxLanesPerTask = 1_000;

export const tooManyLanes: Problem = {
  code: 'TASK_TOO_MANY_LANES',
  message: `the task's senders make more than ${maxLanesPerTask} lanes`,
  mend: 'use a Messaging Service, or split the task by sender',
};
