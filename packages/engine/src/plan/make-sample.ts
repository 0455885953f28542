/** One message of a plan, as it goes on the wire and as a phone shows it. Credentials are masked, whoever wrote them where. */
import type { Columns } from '@quailrunner/domain';
import { valueIn } from '@quailrunner/twilio';
import type { CompiledTask } from '../compile-task.js';
import { credentialMask, isCredential, maskCredential } from '../mask-action.js';
import type { RenderedRun } from '../render-request.js';

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

/** Conditions go as the secrets have it that are known; none of them is in the sample. */
export const makeSample = (
  task: CompiledTask,
  columns: Columns,
  secrets: Readonly<Record<string, string>> = {},
): Sample => toSample(task, renderMasked(task, columns, secrets));

export const renderMasked = (
  task: CompiledTask,
  columns: Columns,
  secrets: Readonly<Record<string, string>>,
): RenderedRun => task.render(columns, { ...maskSecrets(task), ...secrets }, credentialMask);

/** Of a request that was rendered with masks for its secrets. */
export const toSample = (task: CompiledTask, { url, headers, body, form = [] }: RenderedRun): Sample => {
  const value = (name: string): string => valueIn(form, name) ?? '';
  const shown = Object.entries(headers).map(([name, value]) => [
    name,
    isCredential(name) ? maskCredential(value) : value,
  ]);
  return {
    url: maskUrl(url),
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

/** A key that stands in the query of a URL. */
const maskUrl = (url: string): string => {
  const masked = new URL(url);
  const names = [...masked.searchParams.keys()].filter(isCredential);
  for (const name of names) masked.searchParams.set(name, credentialMask);
  return names.length === 0 ? url : masked.href;
};
