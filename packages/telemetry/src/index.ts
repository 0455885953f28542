/** What the product says of itself: the catalogue of events and the logger that can write nothing else. */
export { describeFault } from './describe-fault.js';
export type { EventFields, EventName, Fault, Level } from './events.js';
export { type Log, openLog, silentLog } from './log.js';
export { type Outage, watchOutage } from './watch-outage.js';
