import { isSignedByTwilio } from '@quailrunner/twilio';

/** A form that Twilio posts to us, as it came in. */
export interface SignedForm {
  /** The path with its query, as it was asked for. */
  readonly path: string;
  /** X-Twilio-Signature. */
  readonly signature: string | undefined;
  /** The form, decoded, in order. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

/** Under our address as Twilio knows it, with one of the tokens. */
export const isSignedBy = (
  tokens: readonly string[],
  { path, signature, parameters }: SignedForm,
  publicUrl: string,
): boolean => tokens.some((authToken) => isSignedByTwilio(signature, { authToken, url: publicUrl + path, parameters }));
