/** Process life: signals and draining, pollers, health. */
export { type CheckResult, checkHealth, type Health, type HealthCheck } from './check-health.js';
export { type App, type AppOptions, runApp } from './run-app.js';
export { type Poller, type PollerOptions, startPoller } from './start-poller.js';
