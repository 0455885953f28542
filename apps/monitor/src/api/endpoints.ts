/** Every endpoint of the API, in the order of its document. */
import { auditEndpoints } from './audit.js';
import type { Endpoint } from './endpoint.js';
import { laneEndpoints } from './lanes.js';
import { planEndpoints } from './plan.js';
import { retryEndpoints } from './retries.js';
import { runEndpoints } from './runs.js';
import { scanEndpoints } from './scans.js';
import { sendTestEndpoints } from './send-test.js';
import { statsEndpoints } from './stats.js';
import { suppressionEndpoints } from './suppressions.js';
import { taskEndpoints } from './tasks.js';
import { tokenEndpoints } from './tokens.js';
import { userEndpoints } from './users.js';

export const endpoints: readonly Endpoint[] = [
  ...taskEndpoints,
  ...planEndpoints,
  ...sendTestEndpoints,
  ...runEndpoints,
  ...retryEndpoints,
  ...laneEndpoints,
  ...scanEndpoints,
  ...statsEndpoints,
  ...suppressionEndpoints,
  ...auditEndpoints,
  ...userEndpoints,
  ...tokenEndpoints,
];
