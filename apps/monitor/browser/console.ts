/** On every page of the console: htmx for the parts that change, and the tick that tells them to look again. */
import 'htmx.org';
import { followTicks } from './parts/follow-ticks.js';

followTicks();
