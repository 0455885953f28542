/** What every test may ask for: real stores, empty and its own, and a wait that ends. */
export { ann } from './actors.js';
export { createTestDatabase, createTestRedis, type TestDatabase } from './databases.js';
export { type WaitOptions, waitUntil } from './wait-until.js';
