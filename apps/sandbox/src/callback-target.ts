/**
 * Whom the sandbox may call back. Its messages are fake, so no callback may reach a third party: a URL that was meant for
 * the real Twilio is kept with the message and not called.
 */
import { isIP } from 'node:net';

export interface CallbackScope {
  /** The address that the operator named as their own. */
  readonly callbackOrigin?: string;
  /** Where the sandbox listens; 127.0.0.1 unless set. */
  readonly host?: string;
}

/**
 * Whether `url` leads to `callbackOrigin`, or to this machine: the latter only while nobody from elsewhere can ask the
 * sandbox to post there in their place.
 */
export const mayCallBack = (url: string, { callbackOrigin, host = '127.0.0.1' }: CallbackScope): boolean => {
  const { hostname, origin } = new URL(url);
  if (callbackOrigin !== undefined && origin === new URL(callbackOrigin).origin) return true;
  return isLoopback(hostname) && isLoopback(host === '::1' ? '[::1]' : host);
};

/** `hostname` as the URL standard writes it: short and hexadecimal forms of 127.0.0.1 are spelt out already. */
const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'));
