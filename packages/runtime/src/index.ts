/** Process life, the same for every app: signals, drain, and rounds that never overlap. */
export { type Poller, type PollerOptions, startPoller } from './poller.js';
export { type App, type AppOptions, runApp } from './run-app.js';
