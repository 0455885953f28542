/** Who may do what, and the record of what they did: `/people`, `/tokens` and `/audit` for admins, `/account` for everybody. */
import type { Ledger } from '@quailrunner/ledger';
import type { Log } from '@quailrunner/telemetry';
import type { FastifyInstance } from 'fastify';
import type { Throttle } from '../sign-in/throttle.js';
import { addAccountPage } from './account-page.js';
import { addAuditPage } from './audit-page.js';
import { addPeoplePage } from './people-page.js';
import { addTokensPage } from './tokens-page.js';

export interface PeopleDeps {
  readonly ledger: Ledger;
  readonly throttle: Throttle;
  readonly log: Log;
}

export const addPeople = (site: FastifyInstance, deps: PeopleDeps): void => {
  addPeoplePage(site, deps);
  addTokensPage(site, deps);
  addAuditPage(site, deps);
  addAccountPage(site, deps);
};
