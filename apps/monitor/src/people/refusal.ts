/** Why a form was not obeyed, shown above it; and what the forms of people and tokens have in common. */
import { type Role, roles } from '@quailrunner/domain';
import { fieldOf } from '../console/forms.js';

export interface Refusal {
  readonly status: 400 | 401 | 404 | 409 | 429;
  /** What is wrong and the mend, in whole sentences. */
  readonly text: string;
}

export const nameRule: Refusal = {
  status: 400,
  text: 'That is not a name. It has at most 63 letters and digits, with . _ @ - between them.',
};

export const roleRule: Refusal = { status: 400, text: `That is not a role. They are ${roles.join(', ')}.` };

export const roleOf = (body: unknown): Role | undefined => roles.find((role) => role === fieldOf(body, 'role'));
