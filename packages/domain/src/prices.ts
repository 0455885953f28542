/** What messages cost, as the user's own table says. */
export interface Prices {
  readonly currency: string;
  /** A segment's price by the beginning of the number: `+1`, `+49`, `whatsapp:+1`. */
  readonly sms: ReadonlyMap<string, number>;
  /** A picture message's price, likewise. */
  readonly mms: ReadonlyMap<string, number>;
}
