/** Twilio's addresses: whether a URL is Twilio's, and what its path tells. Tolerates `{{ … }}` elsewhere in the URL. */

/** `api.twilio.com`, and with a region or an edge and a region before the domain (`api.dublin.ie1.twilio.com`). */
const apiHost = /^api(?:\.[a-z0-9-]+){0,2}\.twilio\.com\.?$/;
const accountPath = /^\/2010-04-01\/Accounts\/(AC[0-9a-fA-F]{32})(?:\/|\.|$)/;
const messagesPath = /^\/2010-04-01\/Accounts\/[^/]+\/Messages(?:\.json)?\/?$/;

export const isTwilioUrl = (url: string): boolean => apiHost.test(parse(url)?.hostname ?? '');

/** Whether a POST to `url` creates a message. The account in the path may be a template. */
export const isMessagesUrl = (url: string): boolean =>
  isTwilioUrl(url) && messagesPath.test(parse(url)?.pathname ?? '');

/** The account that the URL's path names; `undefined` when it is no Twilio URL or names none. */
export const accountSidOf = (url: string): string | undefined =>
  isTwilioUrl(url) ? accountPath.exec(parse(url)?.pathname ?? '')?.[1] : undefined;

const parse = (url: string): URL | undefined => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed?.protocol === 'https:' || parsed?.protocol === 'http:' ? parsed : undefined;
};
