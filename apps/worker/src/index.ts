export { startWorker, type WorkerApp } from './start.js';
