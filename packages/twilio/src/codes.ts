/**
 * Twilio's codes and what they mean for a run, as data: codes grow, so whatever is not here is judged by its HTTP class
 * (classify.ts). Codes and their names: twilio.com/docs/api/errors, read 2026; the grouping and the sentences are ours.
 * The 30xxx and most of the 63xxx come later, with a message's status, hardly ever as an answer to the POST.
 */
import type { CodeGroup, MessageCode, OwnCode } from '@quailrunner/domain';

/** By code. */
export type CodeTable = ReadonlyMap<number, MessageCode>;

const recipient = {
  21211: 'The number in To is not a valid phone number.',
  21214: 'The number in To can not be reached.',
  21217: 'The number in To does not look like a phone number.',
  21408: 'Sending to the region of this number is not enabled for the account.',
  21612: 'This sender can not reach this number.',
  21614: 'The number in To is not a mobile number.',
  21635: 'The number in To is a landline.',
  30004: 'The message was blocked on its way to the recipient.',
  30005: 'The number does not exist, or its handset is unknown.',
  30006: 'The number is a landline, or its carrier can not be reached.',
  30011: 'The recipient can not get picture messages.',
  63003: 'The channel does not know the address in To.',
  63014: 'The recipient has blocked the sender.',
  63015: 'The recipient has not joined the channel sandbox.',
  63024: 'The channel calls the recipient invalid.',
  63032: 'WhatsApp does not let this message through to this user.',
  63033: 'The recipient has opted out on this channel.',
} as const;

const optOut = {
  21610: 'The recipient has opted out of messages from this sender.',
} as const;

const content = {
  21602: 'The message has no body.',
  21617: 'The body is longer than 1,600 characters.',
  21618: 'Twilio does not accept this message body.',
  21619: 'The message has neither a body nor media nor content.',
  21620: 'A media URL is not valid.',
  21623: 'The message has more media files than allowed.',
  21627: 'MaxPrice is not a number.',
  21654: 'ContentSid is missing.',
  21655: 'ContentSid is not valid.',
  21656: 'ContentVariables are not valid.',
  21658: 'A parameter is longer than allowed.',
  30007: 'The message was filtered as unwanted.',
  30019: 'The media are larger than the carrier takes.',
  63005: 'The channel rejected the content.',
  63013: 'The content breaks a rule of the channel.',
  63016: 'The conversation window has closed: the channel asks for a template.',
  63021: 'The channel calls the content invalid.',
  63027: 'The template does not exist in this language.',
  63028: 'The number of template parameters is wrong.',
  63040: 'The template was rejected.',
  63041: 'The template is paused.',
  63042: 'The template is disabled.',
} as const;

const lane = {
  10001: 'The account is not active.',
  20003: 'Twilio does not accept the credentials.',
  20005: 'The account is not active.',
  20006: 'The account has no access to this.',
  20008: 'Test credentials can not do this.',
  20403: 'The account may not do this.',
  20404: 'Twilio does not know this address: is the account in the URL right?',
  21212: 'The sender in From is not valid.',
  21601: 'The sender can not send text messages.',
  21603: 'The request names no sender.',
  21606: 'The sender does not belong to the account, or can not send messages.',
  21607: 'A trial account can not send from this number.',
  21608: 'A trial account can only send to verified numbers.',
  21609: 'StatusCallback is not a valid URL.',
  21616: 'The sender matches several numbers of the account.',
  21621: 'The sender can not send picture messages.',
  21622: 'Picture messages are not enabled for the account.',
  21624: 'ValidityPeriod is not valid.',
  21657: 'The sender id is not valid.',
  21659: 'The sender is no number of Twilio, or a short code of another country.',
  21660: 'The sender belongs to another account.',
  21661: 'The sender can not send text messages.',
  21663: 'The sender is not set up in this region.',
  21664: 'FallbackFrom can not be used together with From.',
  21665: 'The sender in FallbackFrom is not valid.',
  21666: 'FallbackFrom needs a messaging service.',
  21667: 'FallbackFrom needs a messaging service with an RCS sender.',
  21701: 'The messaging service does not exist.',
  21702: 'The messaging service can not send new messages.',
  21703: 'The messaging service has no sender free for this message.',
  21704: 'The messaging service has no senders.',
  21705: 'The messaging service is not valid.',
  30002: 'The account is suspended.',
  30018: 'The carrier asks for a registered sender.',
  30024: 'The sender is not set up at the carrier.',
  30032: 'The toll-free sender has not been verified.',
  30033: 'The registered campaign of the sender is suspended.',
  30034: 'The sender is not registered for business messages in the US.',
  30035: 'The registration of the sender is still being set up.',
  63001: 'The channel does not accept its credentials.',
  63002: 'The channel does not know the sender.',
  63007: 'There is no channel with this sender.',
  63008: 'The channel is not set up right.',
  63020: 'The business account at the channel has a problem.',
  63051: 'The channel has locked the sender or its account.',
  90007: 'Twilio does not let this account send.',
} as const;

const throttle = {
  20429: 'Too many requests at once for the account.',
  21611: 'The queue of the sender is full.',
  30001: 'The queue of the sender is full.',
  30017: 'The network of the carrier is congested.',
  30022: 'The rate registered for the sender was exceeded.',
  30023: 'The daily limit registered for the sender was reached.',
  30027: 'The daily limit of the carrier was reached.',
  30036: 'The message was not sent within its validity period.',
  30410: 'The carrier did not answer in time.',
  30450: 'Sending was held back as suspicious traffic.',
  60728: 'Twilio limits this traffic for now.',
  63017: 'The rate of the channel was exceeded.',
  63018: 'The rate of the channel was exceeded for this sender.',
  63038: 'The daily limit of the account was reached.',
} as const;

const later = {
  14107: 'Too many messages between these two numbers in a short time.',
} as const;

const of = (group: CodeGroup, meanings: Readonly<Record<number, string>>): [number, MessageCode][] =>
  Object.entries(meanings).map(([code, meaning]) => [Number(code), { group, meaning }]);

export const messageCodes: CodeTable = new Map([
  ...of('recipient', recipient),
  ...of('opt-out', optOut),
  ...of('content', content),
  ...of('lane', lane),
  ...of('throttle', throttle),
  ...of('later', later),
]);

/** The table with an operator's own codes in it, and over those that we know. */
export const withOwnCodes = (own: ReadonlyMap<number, OwnCode>): CodeTable => {
  const all = new Map(messageCodes);
  for (const [code, { group, meaning }] of own) {
    all.set(code, { group, meaning: meaning ?? messageCodes.get(code)?.meaning ?? '' });
  }
  return all;
};
