/** One message of a plan, as it goes on the wire and as a phone shows it. Credentials are masked, whoever wrote them where. */
import type { Columns } from '@quailrunner/domain';
import { valueIn } from '@quailrunner/twilio';
import type { CompiledTask } from '../compile-task.js';
import { credentialMask, isCredential, maskCredential } from '../mask-action.js';

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

/** A mask for each secret that the action names. */
export const maskSecrets = ({ action }: CompiledTask): Record<string, string> =>
  Object.fromEntries(action.secretNames.map((name) => [name, credentialMask]));

export const makeSample = (task: CompiledTask, columns: Columns): Sample => {
  const { url, headers, body, form = [] } = task.render(columns, maskSecrets(task));
  const value = (name: string): string => valueIn(form, name) ?? '';
  const shown = Object.entries(headers).map(([name, value]) => [
    name,
    isCredential(name) ? maskCredential(value) : value,
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
