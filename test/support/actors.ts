/** Who does in tests what a person does. */
import type { Actor } from '@quailrunner/domain';

export const ann: Actor = { kind: 'user', name: 'ann' };
