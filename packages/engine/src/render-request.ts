/**
 * Render: feed → **render** → send. The request of a run as it goes on the wire: the task's templates with the row's values
 * and, for a message at Twilio, its recipient as Twilio writes numbers.
 */
import type { CompiledAction, RenderedRequest } from '@quailrunner/action';
import { type Columns, QuailError } from '@quailrunner/domain';
import { type Recipient, readRecipient, valueIn, withRecipient } from '@quailrunner/twilio';

export interface RenderedRun extends RenderedRequest {
  /** Of the recipient's country, `1`, `49`; of a message at Twilio to a phone number. */
  readonly callingCode?: string;
}

/**
 * Throws RenderFault where the row doesn't fit its templates, and NUMBER_INVALID where To is no phone number. The mask stands for
 * what is made with a secret, where the request is to be looked at.
 */
export type RenderRequest = (columns: Columns, secrets: Readonly<Record<string, string>>, mask?: string) => RenderedRun;

/** The column of a test's run that names its recipient instead of the row's own. No column of SQL is called so. */
export const testRecipient = '~test recipient';

interface MessageSettings {
  readonly isMessage: boolean;
  readonly region: string | undefined;
  readonly isTest: boolean;
}

export const openRender =
  (render: CompiledAction['render'], { isMessage, region, isTest }: MessageSettings): RenderRequest =>
  (columns, secrets, mask) => {
    const rendered = render(columns, secrets, mask);
    if (!isMessage || rendered.form === undefined) return rendered;
    const own = valueIn(rendered.form, 'To') ?? '';
    if (mask !== undefined && own.includes(mask)) return rendered;
    return withNumber(rendered, rendered.form, readRecipient(isTest ? String(columns[testRecipient]) : own, region));
  };

const withNumber = (
  { url, headers, body }: RenderedRequest,
  form: NonNullable<RenderedRequest['form']>,
  recipient: Recipient,
): RenderedRun => {
  if (recipient.kind === 'bad') throw new QuailError('NUMBER_INVALID', recipient.reason);
  const { to, callingCode } = recipient;
  const place = form.findLastIndex(([name]) => name === 'To');
  const written = form.map((pair, n) => (n === place ? (['To', to] as const) : pair));
  return {
    url,
    headers,
    body: withRecipient(body, form, to),
    form: written,
    ...(callingCode === undefined ? {} : { callingCode }),
  };
};
