/** What we know of Twilio: addresses, lanes, verdicts, parameters, signatures, and finding a message again. Pure. */
export { addressOf, type MessageAddress } from './address.js';
export { checkMessageParameters, type FormParameter, type ParameterProblem } from './check-message-parameters.js';
export { checkSchedule } from './check-schedule.js';
export { isSignedByTwilio } from './check-signature.js';
export { classify, classifyFound } from './classify.js';
export { type CodeTable, messageCodes, withOwnCodes } from './codes.js';
export { defaultRateOf } from './default-rate.js';
export { type FormPair, laneKeyOf } from './lane-key.js';
export { creationWindow, type MessageMatch, matchMessage, type SentMessage } from './match-message.js';
export { type ListedMessage, listUrl, type MessagePage, parseMessagePage } from './message-list.js';
export { type MessageParameter, messageParameters } from './parameters.js';
export { parseReceipt, type SaidOfMessage } from './parse-receipt.js';
export { isRegion, type Recipient, readRecipient, withRecipient } from './phone-number.js';
export { excerptAnswer } from './read-answer.js';
export { parseReply, type Reply } from './reply.js';
export { countSegments, readSegments, type Segments, signsOutsideGsm7 } from './segments.js';
export { twilioSignature } from './signature.js';
export { accountSidOf, isMessagesUrl, isTwilioUrl } from './twilio-url.js';
