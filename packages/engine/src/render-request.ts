/**
 * Render: feed → **render** → send. The request of a run as it goes on the wire: the task's templates with the row's values
 * and, for a message at Twilio, its recipient as Twilio writes numbers.
 */
import type { CompiledAction, RenderedRequest } from '@quailrunner/action';
import { type Columns, QuailError } from '@quailrunner/domain';
import { readRecipient, withRecipient } from '@quailrunner/twilio';

export interface RenderedRun extends RenderedRequest {
  /** Of the recipient's country, `1`, `49`; of a message at Twilio to a phone number. */
  readonly callingCode?: string;
}

/** Throws RenderFault where the row doesn't fit its templates, and NUMBER_INVALID where To is no phone number. */
export type RenderRequest = (columns: Columns, secrets: Readonly<Record<string, string>>) => RenderedRun;

export const openRender =
  (
    render: CompiledAction['render'],
    { isMessage, region }: { isMessage: boolean; region: string | undefined },
  ): RenderRequest =>
  (columns, secrets) => {
    const rendered = render(columns, secrets);
    return isMessage && rendered.form !== undefined ? withNumber(rendered, rendered.form, region) : rendered;
  };

const withNumber = (
  { url, headers, body }: RenderedRequest,
  form: NonNullable<RenderedRequest['form']>,
  region: string | undefined,
): RenderedRun => {
  const place = form.findLastIndex(([name]) => name === 'To');
  const recipient = readRecipient(form[place]?.[1] ?? '', region);
  if (recipient.kind === 'bad') throw new QuailError('NUMBER_INVALID', recipient.reason);
  const { to, callingCode } = recipient;
  const written = form.map((pair, n) => (n === place ? (['To', to] as const) : pair));
  return {
    url,
    headers,
    body: withRecipient(body, form, to),
    form: written,
    ...(callingCode === undefined ? {} : { callingCode }),
  };
};
