/** Twilio's answers as values: the error bodies with their codes, and how an answer is counted. */

/** What goes back for one request. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** Under which name the sandbox counts it: a code of Twilio's, or the HTTP status. */
  readonly countedAs: string;
}

export interface Refusal {
  readonly code: number;
  readonly message?: string;
  readonly status?: number;
}

/** HTTP status and message of the codes the sandbox can answer with; messages as Twilio words them. */
const refusals: Readonly<Record<number, readonly [status: number, message: string]>> = {
  20003: [401, 'Authenticate'],
  20404: [404, 'The requested resource was not found'],
  20429: [429, 'Too Many Requests'],
  20500: [500, 'An internal server error has occurred'],
  21211: [400, "Invalid 'To' Phone Number"],
  21212: [400, "Invalid 'From' Number"],
  21408: [400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"],
  21602: [400, 'Message body is required.'],
  21603: [400, "A 'From' phone number is required."],
  21604: [400, "A 'To' phone number is required."],
  21606: [
    400,
    "The 'From' phone number is not a valid, SMS-capable inbound phone number or short code for your account.",
  ],
  21609: [400, "The 'StatusCallback' URL is not a valid URL."],
  21610: [400, 'Attempt to send to unsubscribed recipient'],
  21611: [429, "This 'From' number has exceeded the maximum number of queued messages"],
  21612: [400, "The 'To' phone number is not currently reachable using the 'From' phone number via SMS"],
  21614: [400, "'To' number is not a valid mobile number"],
  21617: [400, 'The concatenated message body exceeds the 1600 character limit'],
  21620: [400, 'Invalid media URL(s)'],
  21623: [400, 'Number of media files exceeds allowed limit'],
  21624: [400, "The 'ValidityPeriod' is invalid"],
  21655: [400, 'The ContentSid is Invalid'],
  21705: [400, 'The Messaging Service Sid is invalid'],
};

export const jsonType = 'application/json;charset=utf-8';

/** `{"code":21211,"message":"…","more_info":"…","status":400}` */
export const refuse = ({ code, message, status }: Refusal): Answer => {
  const [usualStatus, usualMessage] = refusals[code] ?? [400, 'The request was refused'];
  const httpStatus = status ?? usualStatus;
  return {
    status: httpStatus,
    headers: httpStatus === 401 ? { 'www-authenticate': 'Basic realm="Twilio API"' } : {},
    body: JSON.stringify({
      code,
      message: message ?? usualMessage,
      more_info: `https://www.twilio.com/docs/errors/${code}`,
      status: httpStatus,
    }),
    countedAs: String(code),
  };
};
