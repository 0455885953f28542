/**
 * What the carrier's side says of a message that Twilio has taken, by its receipts. Receipts come late, twice and in any
 * order: a run shows the furthest of them, so that no order of arrival makes a difference.
 */
export const deliveries = ['accepted', 'sent', 'undelivered', 'delivered'] as const;

/** From the least that a receipt can tell to the most. */
export type Delivery = (typeof deliveries)[number];
