/** One message of a plan, as it goes on the wire and as a phone shows it. Credentials are masked, whoever wrote them where. */
import type { Columns } from '@quailrunner/domain';
import { valueIn } from '@quailrunner/twilio';
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

/** A mask for each secret that the action names. */
export const maskSecrets = ({ action }: CompiledTask): Record<string, string> =>
  Object.fromEntries(action.secretNames.map((name) => [name, mask]));

export const makeSample = (task: CompiledTask, columns: Columns): Sample => {
  const { url, headers, body, form = [] } = task.render(columns, maskSecrets(task));
  const value = (name: string): string => valueIn(form, name) ?? '';
  const shown = Object.entries(headers).map(([name, value]) => [
    name,
    credentials.test(name) ? maskValue(value) : value,
  ]);
  return {
    url,
    headers: Object.fromEntries(shown),
    body,
    ...(task.isMessage && {
      phone: {
        from: value('From') || value('MessagingServiceSid'),
        to: value('To'),
        text: value('Body'),
        media: form.filter(([name]) => name === 'MediaUrl').map(([, value]) => value),
      },
    }),
  };
};

/** The scheme of a credential says nothing. */
const maskValue = (value: string): string => value.replace(/^((?:Basic|Bearer|Digest) +)?.*$/is, `$1${mask}`);
