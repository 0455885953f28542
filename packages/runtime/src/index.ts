/** Process life: signals and draining, pollers, health, and the crashes that tests ask for. */
export { armCrashPoint } from './arm-crash-point.js';
export { type CheckResult, checkHealth, type Health, type HealthCheck } from './check-health.js';
export { type App, type AppOptions, runApp } from './run-app.js';
export { type Poller, type PollerOptions, startPoller } from './start-poller.js';
export { type Sparing, tellSparingly } from './tell-sparingly.js';
