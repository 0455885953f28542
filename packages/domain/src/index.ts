/** The words of the product as types and pure functions: no I/O, no clock, no randomness of their own. */
export * from './backoff.js';
export * from './crash-points.js';
export * from './delivery.js';
export * from './duration.js';
export * from './entity.js';
export * from './errors.js';
export * from './ids.js';
export * from './lane.js';
export * from './nearest.js';
export * from './outcome.js';
export * from './rate.js';
export * from './retry-after.js';
export * from './run-states.js';
export * from './scrub.js';
export * from './settle.js';
export * from './task.js';
export * from './verdict.js';
