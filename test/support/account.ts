/** The Twilio account of every stage and house: the sandbox knows no other. */
export const account = { sid: `AC${'0'.repeat(31)}7`, authToken: 'a-token-that-must-not-leak' };

/** What goes into `Authorization: Basic …`. */
export const basic = Buffer.from(`${account.sid}:${account.authToken}`).toString('base64');
