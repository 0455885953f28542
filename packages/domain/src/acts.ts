/** Every act that the audit knows: what it was done to, and what was done. */
export const acts = [
  'task.created',
  'task.revised',
  'task.paused',
  'task.resumed',
  'task.tested',
  'lane.paused',
  'lane.resumed',
  'lane.rate_set',
  'run.retried',
  'run.resolved',
  'run.canceled',
  'run.revealed',
  'retry.started',
  'retry.stopped',
  'suppression.added',
  'suppression.lifted',
  'user.created',
  'user.password_set',
  'user.role_set',
  'user.disabled',
  'user.enabled',
  'user.sessions_ended',
  'token.created',
  'token.revoked',
] as const;

export type Act = (typeof acts)[number];

/** What an act was done to. Tasks, users and tokens go by their names, the others by their ids. */
export interface Subject {
  readonly kind: SubjectKind;
  readonly id: string;
}

export const subjectKinds = ['task', 'lane', 'run', 'retry', 'suppression', 'user', 'token'] as const;

export type SubjectKind = (typeof subjectKinds)[number];
