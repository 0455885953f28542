/**
 * A run's request as a person looks at it: rendered as it is sent, with its credentials masked. The outline of it says nothing
 * personal; the sample says all the rest, and is for whoever has a reason to see it.
 */
import {
  type Columns,
  maskAddress,
  maskLaneKey,
  maskSender,
  ProblemsError,
  QuailError,
  type TaskDefinition,
} from '@quailrunner/domain';
import { countSegments, type FormPair, readSegments, valueIn } from '@quailrunner/twilio';
import { type CompiledTask, compileTask } from './compile-task.js';
import { renderMasked, type Sample, toSample } from './plan/make-sample.js';
import type { RenderedRun } from './render-request.js';

export type RenderedSample =
  | { readonly kind: 'rendered'; readonly outline: Outline; readonly sample: Sample }
  /** It can't be rendered. Neither holds anything of the row. */
  | { readonly kind: 'fault'; readonly code: string; readonly reason: string };

/** Of a request, what everybody may see. */
export interface Outline {
  /** Whole only where it is that of Twilio's messages: others may hold what only their owner knows. */
  readonly url: string;
  /** By name: the type of the body as it is, the rest masked. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyBytes: number;
  /** Of a message at Twilio. */
  readonly message?: MessageOutline;
}

export interface MessageOutline {
  /** The last two digits; a name or a service as it is. */
  readonly from: string;
  /** The last two digits. */
  readonly to: string;
  /** Of its text, in UTF-16 code units. */
  readonly characters: number;
  readonly segments: number;
  readonly encoding: 'GSM-7' | 'UCS-2';
  readonly media: number;
  /** Names of what else the form has. */
  readonly parameters: readonly string[];
}

/** With the row as it is now; conditions go as the secrets have it that are known. */
export const renderSample = (
  definition: TaskDefinition,
  columns: Columns,
  secrets: Readonly<Record<string, string>> = {},
): RenderedSample => {
  try {
    const task = compileTask(definition);
    const request = renderMasked(task, columns, secrets);
    return { kind: 'rendered', outline: outlineOf(task, request), sample: toSample(task, request) };
  } catch (fault) {
    if (fault instanceof QuailError && !fault.retryable)
      return { kind: 'fault', code: fault.code, reason: fault.message };
    // A stored revision that was checked less strictly once.
    if (fault instanceof ProblemsError) return { kind: 'fault', code: 'TASK_INVALID', reason: fault.message };
    throw fault;
  }
};

const mask = '•••';
const bodyType = /^[\w.+-]+\/[\w.+-]+(?:; ?charset=[\w-]+)?$/;

const outlineOf = (task: CompiledTask, { url, headers, body, form }: RenderedRun): Outline => {
  const shown = Object.entries(headers).map(([name, value]) => [
    name,
    name.toLowerCase() === 'content-type' && bodyType.test(value) ? value : mask,
  ]);
  return {
    url: outlineUrl(task, url),
    headers: Object.fromEntries(shown),
    bodyBytes: Buffer.byteLength(body),
    ...(task.isMessage && form !== undefined && { message: outlineMessage(form) }),
  };
};

const outlineUrl = ({ isMessage }: CompiledTask, url: string): string => {
  const { origin, pathname, search } = new URL(url);
  if (isMessage) return maskLaneKey(`${origin}${pathname}`) + (search === '' ? '' : `?${mask}`);
  return maskLaneKey(origin) + (pathname === '/' && search === '' ? '/' : `/${mask}`);
};

const shownParameters = ['From', 'MessagingServiceSid', 'To', 'Body', 'MediaUrl'];

const outlineMessage = (form: readonly FormPair[]): MessageOutline => {
  const value = (name: string): string => valueIn(form, name) ?? '';
  const text = value('Body');
  const others = form.map(([name]) => name).filter((name) => !shownParameters.includes(name));
  return {
    from: maskSender(value('From') || value('MessagingServiceSid')),
    to: maskAddress(value('To')),
    characters: text.length,
    segments: countSegments(form),
    encoding: readSegments(text, { isSmart: /^true$/i.test(value('SmartEncoded')) }).encoding,
    media: form.filter(([name]) => name === 'MediaUrl').length,
    parameters: [...new Set(others)],
  };
};
