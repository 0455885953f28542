/** Whether Twilio could call us back at all: an address that it refuses would make it refuse each message too (21609). */
import { isIP } from 'node:net';
import { privateKindOf } from '@quailrunner/delivery';
import { isTwilioUrl } from '@quailrunner/twilio';

export interface ReceiptWay {
  readonly publicUrl: string;
  /** Where requests to Twilio really go: a sandbox calls back anywhere on its machine. */
  readonly twilioBaseUrl: string;
}

/** RFC 6761 (localhost), RFC 6762 (local), RFC 8375 (home.arpa); ICANN reserved `internal` in 2024. */
const localName = /(?:^|\.)(?:localhost|local|internal|home\.arpa)$/;

/** Why no receipts are asked for, as a person may read it. */
export const receiptObstacle = ({ publicUrl, twilioBaseUrl }: ReceiptWay): string | undefined => {
  const host = new URL(publicUrl).hostname.replace(/^\[(.*)\]$/, '$1');
  // twilio.com/docs/messaging/api/message-resource, `StatusCallback`, read April 2026.
  if (host.includes('_')) return 'Twilio calls no host with an underscore in its name';
  if (!isTwilioUrl(twilioBaseUrl)) return undefined;
  const kind = isIP(host) === 0 ? undefined : privateKindOf(host);
  if (kind !== undefined) return `Twilio can't reach a ${kind} address`;
  const isLocal = isIP(host) === 0 && (!host.includes('.') || localName.test(host));
  return isLocal ? "Twilio can't reach a name of a local network" : undefined;
};
