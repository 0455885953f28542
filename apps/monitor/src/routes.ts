/** Every route of the monitor, and which guards stand before it. */
import fastifyStatic from '@fastify/static';
import type { Reach } from '@quailrunner/domain';
import type { Log } from '@quailrunner/telemetry';
import type { FastifyInstance } from 'fastify';
import { type ApiOptions, addApi } from './api/add-api.js';
import { addBoard } from './board/open-board.js';
import type { Desk } from './console/desk.js';
import { addEditor } from './console/editor.js';
import { addEvents } from './console/events.js';
import { addLanes } from './console/lanes.js';
import { openCurve } from './console/open-curve.js';
import { openStatus } from './console/open-status.js';
import { addOverview } from './console/overview.js';
import { addPlan } from './console/plan.js';
import { addRetries } from './console/retries.js';
import { addRuns } from './console/runs.js';
import { addTasks } from './console/tasks.js';
import { addHostGuard } from './guards/host.js';
import { answerAlive, answerReady } from './health.js';
import { addPeople } from './people/add-people.js';
import { sendProblem } from './problem.js';
import { forViewers, open } from './sign-in/gate.js';
import { showSignIn, signIn, signOut } from './sign-in/pages.js';
import { addSessions, type SessionOptions } from './sign-in/sessions.js';
import type { Throttle } from './sign-in/throttle.js';
import { type Stores, watchStores } from './stores.js';
import { addTwilio, type TwilioOptions } from './twilio/take-posts.js';
import { publicDirectories } from './views.js';

export interface RouteOptions extends SessionOptions, TwilioOptions, ApiOptions {
  /** Names, without ports, under which we answer besides local ones. */
  readonly hostNames: readonly string[];
}

export interface RouteDeps extends Stores {
  readonly log: Log;
  readonly throttle: Throttle;
  readonly reach: Reach;
  readonly desk: Desk;
}

export const addRoutes = async (app: FastifyInstance, options: RouteOptions, deps: RouteDeps): Promise<void> => {
  const checkStores = watchStores(deps);

  // Asked under any name, and in any state of the stores.
  app.get('/healthz', answerAlive);
  app.get('/readyz', answerReady(checkStores));

  await app.register(async (named) => {
    addHostGuard(named, options.hostNames);
    await named.register((scope) => addTwilio(scope, options, deps)); // /twilio/receipts and /twilio/messages
    await named.register(fastifyStatic, { root: publicDirectories, prefix: '/assets/', decorateReply: false });

    await named.register(async (site) => {
      await addSessions(site, options, deps.ledger);
      const status = openStatus({ ledger: deps.ledger, checkStores });

      site.get('/sign-in', open, showSignIn);
      // Hashing takes its time on a busy machine, and many may try at once.
      site.post('/sign-in', { ...open, handlerTimeout: 30_000 }, signIn(deps));
      site.post('/sign-out', forViewers, signOut);

      addOverview(site, { status, curve: openCurve(deps.ledger) }); // /

      await site.register((api) => addApi(api, options, { ...deps, status, codes: options.codes })); // /api
      addEvents(site); // /events
      addLanes(site, { ...deps, status }); // /lanes
      addEditor(site, { ...deps, status, encryptionKey: options.encryptionKey }); // /tasks/new, /tasks/:name/edit
      addPlan(site, deps); // /tasks/:name/plan
      addRuns(site, { ...deps, status, codes: options.codes }); // /runs
      addTasks(site, { ...deps, status }); // /tasks
      addRetries(site, deps); // /retries
      addPeople(site, deps); // /people, /tokens, /audit, /account
      await addBoard(site, { ...deps, checkStores }); // /queues

      site.setNotFoundHandler((request, reply) =>
        sendProblem(request, reply, { status: 404, title: 'There is nothing here' }),
      );
    });
  });
};
