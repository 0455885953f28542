/** The browser side: sign-in, status, Bull Board, health. */
export { type Monitor, type MonitorDeps, type MonitorOptions, startMonitor, startMonitorFrom } from './start.js';
