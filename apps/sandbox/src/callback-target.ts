/**
 * Whom the sandbox may call back. Its messages are fake, so no callback may reach a third party: a URL that was meant for
 * the real Twilio is kept with the message and not called.
 */
import { isIP } from 'node:net';

/** Whether `url` leads to this machine or to `callbackOrigin`, the address that the operator named as their own. */
export const mayCallBack = (url: string, callbackOrigin?: string): boolean => {
  const { hostname, origin } = new URL(url);
  return isLoopback(hostname) || (callbackOrigin !== undefined && origin === new URL(callbackOrigin).origin);
};

/** `hostname` as the URL standard writes it: short and hexadecimal forms of 127.0.0.1 are spelt out already. */
const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'));
