/** One message of a plan, as it goes on the wire and as a phone shows it. Credentials are masked, whoever wrote them where. */
import type { Columns } from '@quailrunner/domain';
import type { CompiledTask } from '../compile-task.js';

export interface Sample {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Of a message at Twilio. */
  readonly phone?: {
    readonly from: string;
    readonly to: string;
    readonly text: string;
    readonly media: readonly string[];
  };
}

const mask = '********';
const credentials = /^(?:proxy-)?authorization$|cookie|token|secret|api-?key/i;

export const makeSample = ({ render, action, isMessage }: CompiledTask, columns: Columns): Sample => {
  const secrets = Object.fromEntries(action.secretNames.map((name) => [name, mask]));
  const { url, headers, body, form = [] } = render(columns, secrets);
  const valueIn = (name: string): string => form.findLast(([key]) => key === name)?.[1] ?? '';
  const shown = Object.entries(headers).map(([name, value]) => [
    name,
    credentials.test(name) ? maskValue(value) : value,
  ]);
  return {
    url,
    headers: Object.fromEntries(shown),
    body,
    ...(isMessage && {
      phone: {
        from: valueIn('From') || valueIn('MessagingServiceSid'),
        to: valueIn('To'),
        text: valueIn('Body'),
        media: form.filter(([name]) => name === 'MediaUrl').map(([, value]) => value),
      },
    }),
  };
};

/** The scheme of a credential says nothing. */
const maskValue = (value: string): string => value.replace(/^((?:Basic|Bearer|Digest) +)?.*$/is, `$1${mask}`);
