export { type Scheduler, startScheduler } from './start.js';
