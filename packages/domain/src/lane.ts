/** `open` lanes send. A person pauses and resumes a lane; a lane fault holds it, with the reason, until a person resumes it. */
export type LaneState = 'open' | 'paused' | 'held';

/**
 * Names the runs that share one rate. The key tells a Twilio account and sender (`twilio/AC…/+15005550006`) or a host
 * (`host/api.example.com`), so it may hold a phone number: it stays in the ledger, and Redis knows a lane by its id.
 */
export type LaneKey = string;

/** What may be shown and logged of a lane key: a sender's number keeps its last two digits. */
export const maskLaneKey = (key: LaneKey): string =>
  key
    .replaceAll(/\b((?:AC|MG)[0-9a-f]{4})[0-9a-f]{24}([0-9a-f]{4})\b/gi, '$1…$2')
    .replaceAll(/\+?\d{5,}(?=\d{2})/g, '•••');
