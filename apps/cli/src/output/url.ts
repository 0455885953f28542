/** What may be shown of an action's URL: without what may be a credential. */
import { isTwilioUrl } from '@quailrunner/twilio';

/** Twilio's path holds none; a webhook's path often is one, so of any other host only the origin is shown. */
export const maskUrl = (url: string): string => (isTwilioUrl(url) ? withoutCredentials(url) : originOf(url));

const withoutCredentials = (url: string): string => url.replace(/\/\/[^/@]*@/, '//•••@').replace(/\?.*$/s, '?•••');

/** Not by parsing: the host may be a template. */
const originOf = (url: string): string => {
  const [, scheme = '', host = ''] = /^\s*(https?:\/\/)(?:[^/?#\\]*@)?([^/?#\\@]+)/i.exec(url) ?? [];
  return `${scheme}${host}/•••`;
};
