/**
 * What a POST to Messages.json asks for, or the refusal Twilio would answer with. Checks go in Twilio's order: what is
 * missing (To, From, content), then addresses and magic numbers, then the other parameters.
 */
import { messageParameters } from '@quailrunner/twilio';
import type { Caller } from './accounts.js';
import { isRecipient, isSender } from './addresses.js';
import type { Refusal } from './answers.js';

export interface MessageDraft {
  readonly to: string;
  /** Absent where a messaging service chooses the sender. */
  readonly from?: string;
  readonly messagingServiceSid?: string;
  readonly body: string;
  readonly media: readonly string[];
  /** Whom to tell what becomes of the message. */
  readonly statusCallback?: string;
}

export type DraftOrRefusal =
  | { readonly kind: 'draft'; readonly draft: MessageDraft }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Numbers that always fail: twilio.com/docs/iam/test-credentials, "Messages". */
const magicRecipients: Readonly<Record<string, number>> = {
  '+15005550001': 21211,
  '+15005550002': 21612,
  '+15005550003': 21408,
  '+15005550004': 21610,
  '+15005550009': 21614,
};
const magicSenders: Readonly<Record<string, number>> = {
  '+15005550001': 21212,
  '+15005550007': 21606,
  '+15005550008': 21611,
};

/** Decodes a form as Twilio does: a raw `+` is a space, names may repeat. */
export const parseForm = (body: string): URLSearchParams => new URLSearchParams(body);

export const readDraft = (form: URLSearchParams, account: Caller): DraftOrRefusal => {
  const draft = draftOf(form);
  const refusal =
    findMissing(form, draft) ?? checkRecipient(draft.to) ?? checkSender(draft, account) ?? checkRest(form, draft);
  return refusal ? { kind: 'refused', refusal } : { kind: 'draft', draft };
};

const draftOf = (form: URLSearchParams): MessageDraft => {
  const from = form.get('From');
  const messagingServiceSid = form.get('MessagingServiceSid');
  const statusCallback = form.get('StatusCallback');
  return {
    to: form.get('To') ?? '',
    body: form.get('Body') ?? '',
    media: form.getAll('MediaUrl').filter((url) => url !== ''),
    ...(from ? { from } : {}),
    ...(messagingServiceSid ? { messagingServiceSid } : {}),
    ...(statusCallback ? { statusCallback } : {}),
  };
};

const findMissing = (form: URLSearchParams, draft: MessageDraft): Refusal | undefined => {
  if (draft.to === '') return { code: 21604 };
  if (draft.from === undefined && draft.messagingServiceSid === undefined) return { code: 21603 };
  if (draft.body === '' && draft.media.length === 0 && !form.get('ContentSid')) return { code: 21602 };
  return undefined;
};

const checkRecipient = (to: string): Refusal | undefined => {
  if (!isRecipient(to)) return { code: 21211, message: `The 'To' number ${to} is not a valid phone number.` };
  const magic = magicRecipients[to];
  return magic === undefined ? undefined : { code: magic };
};

const checkSender = ({ from, messagingServiceSid }: MessageDraft, account: Caller): Refusal | undefined => {
  if (messagingServiceSid !== undefined && !/^MG[0-9a-fA-F]{32}$/.test(messagingServiceSid)) return { code: 21705 };
  if (from === undefined) return undefined;
  if (!isSender(from)) {
    return {
      code: 21212,
      message: `The 'From' number ${from} is not a valid phone number, shortcode, or alphanumeric sender ID.`,
    };
  }
  const magic = magicSenders[from];
  if (magic !== undefined) return { code: magic };
  return account.numbers && !account.numbers.includes(from) ? { code: 21606 } : undefined;
};

const longestBody = messageParameters.Body?.maxLength ?? Number.POSITIVE_INFINITY;
const mostMedia = messageParameters.MediaUrl?.maxCount ?? Number.POSITIVE_INFINITY;
const [shortestValidity, longestValidity] = messageParameters.ValidityPeriod?.range ?? [1, Number.POSITIVE_INFINITY];

const checkRest = (form: URLSearchParams, draft: MessageDraft): Refusal | undefined => {
  if ([...draft.body].length > longestBody) return { code: 21617 };
  if (draft.media.length > mostMedia) return { code: 21623 };
  if (!draft.media.every(isWebUrl)) return { code: 21620 };
  const contentSid = form.get('ContentSid');
  if (contentSid && !/^HX[0-9a-fA-F]{32}$/.test(contentSid)) return { code: 21655 };
  if (draft.statusCallback !== undefined && !isCallbackUrl(draft.statusCallback)) return { code: 21609 };
  const validity = form.get('ValidityPeriod');
  return validity && !isValidityPeriod(validity) ? { code: 21624 } : undefined;
};

const isWebUrl = (text: string): boolean => /^https?:\/\/./.test(text) && URL.canParse(text);

/** Twilio does not call hosts with an underscore. */
const isCallbackUrl = (text: string): boolean => isWebUrl(text) && !new URL(text).hostname.includes('_');

const isValidityPeriod = (text: string): boolean =>
  /^\d+$/.test(text) && Number(text) >= shortestValidity && Number(text) <= longestValidity;
