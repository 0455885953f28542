/** Where a request really goes: to its URL's own origin, or, for Twilio's API, to where the operator sends it. */
import { QuailError } from '@quailrunner/domain';

export interface Target {
  /** `https://api.example.com` */
  readonly origin: string;
  /** As `URL.hostname` gives it. */
  readonly hostname: string;
  /** With the query. */
  readonly path: string;
  /** The operator named the origin: private addresses are fine. */
  readonly trusted: boolean;
}

const twilioOrigin = 'https://api.twilio.com';

/** With a region, or an edge and a region, too: in a sandbox no request may slip out to the real Twilio. */
const twilioHost = /^api(?:\.[a-z0-9-]+){0,2}\.twilio\.com\.?$/;

/** What it returns throws REQUEST_INVALID for what is not an http(s) URL, and for one with a name and a password in it. */
export const targetResolver = (twilioBaseUrl: string): ((requestUrl: string) => Target) => {
  const base = new URL(twilioBaseUrl);
  const isRedirected = base.origin !== twilioOrigin;
  return (requestUrl) => {
    const url = parse(requestUrl);
    const trusted = isRedirected && twilioHost.test(url.hostname);
    const { origin, hostname } = trusted ? base : url;
    return { origin, hostname, path: url.pathname + url.search, trusted };
  };
};

const parse = (requestUrl: string): URL => {
  let url: URL | undefined;
  try {
    url = new URL(requestUrl);
  } catch {}
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw invalid('the URL is not an absolute http(s) URL');
  if (url.username !== '' || url.password !== '') throw invalid('the URL holds a user name or a password');
  return url;
};

const invalid = (message: string): QuailError => new QuailError('REQUEST_INVALID', message);
