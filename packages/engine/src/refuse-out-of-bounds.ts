/**
 * Render: feed → **render** → send. A message that Twilio is sure to refuse makes no request, and spends no attempt. A run that was
 * sent already is rendered without this: it is to be found again, whatever it said.
 */
import { QuailError } from '@quailrunner/domain';
import { findFormFault } from '@quailrunner/twilio';
import type { CompiledTask } from './compile-task.js';
import type { RenderedRun } from './render-request.js';

/** Throws PARAMETER_OUT_OF_BOUNDS, with the reason and nothing of the row. `now` in epoch milliseconds. */
export const refuseOutOfBounds = (
  { isMessage }: Pick<CompiledTask, 'isMessage'>,
  { form }: Pick<RenderedRun, 'form'>,
  now: number,
): void => {
  const reason = isMessage && form !== undefined ? findFormFault(form, now) : undefined;
  if (reason !== undefined) throw new QuailError('PARAMETER_OUT_OF_BOUNDS', reason);
};
