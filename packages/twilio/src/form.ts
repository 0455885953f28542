/** A message as its form body asks for it. */

/** Name and value of a form body's parameter, decoded, in order. */
export type FormPair = readonly [name: string, value: string];

/** Where a name stands twice, Twilio takes the last one. */
export const valueIn = (form: readonly FormPair[], name: string): string | undefined =>
  form.findLast(([key]) => key === name)?.[1];
