/** A simulator of Twilio's Messages API, with a page that shows the messages as a phone would. */
export type { ApiKey, SandboxAccount } from './accounts.js';
export type { FaultRule } from './fault-rule.js';
export type { DeliveryTimes } from './message-resource.js';
export { type Sandbox, type SandboxDeps, type SandboxOptions, startSandbox } from './start.js';
