/** The command line: `quail`. */
export { main } from './main.js';
