/** A task that is there, as a draft; and its credentials, which a browser is never shown, put back into what it sends. */
import { writeSettings } from '@quailrunner/config';
import { type Action, ProblemsError, type TaskDefinition } from '@quailrunner/domain';
import { credentialMask, maskAction } from '@quailrunner/engine';
import { type Draft, emptyMessage, emptyRequest, settingNames, toMessage, writeHeaders } from './draft.js';

export const draftOf = ({ settings, predicate }: TaskDefinition, revision: number): Draft => {
  const { url, headers, body } = maskAction(settings.action);
  const request = { url, headers: writeHeaders(headers), body };
  const message = toMessage(request);
  const isMessage = !('obstacle' in message);
  const written = writeSettings(settings);
  const given: Readonly<Record<string, unknown>> = { ...written, success: written.success.join(', ') };
  return {
    name: settings.name,
    source: settings.source,
    predicate,
    mode: isMessage ? 'message' : 'request',
    message: isMessage ? message : emptyMessage,
    request: isMessage ? emptyRequest : request,
    settings: Object.fromEntries(settingNames.map((name) => [name, String(given[name] ?? '')])),
    backoff: written.backoff,
    revision,
  };
};

/**
 * What comes back as it was masked is what it was, where it goes to the same address as before: who may change an address must not
 * have a credential sent there that they were never shown. Throws ProblemsError where a mask is left.
 */
export const putBackCredentials = (definition: TaskDefinition, before: TaskDefinition | undefined): TaskDefinition => {
  const action =
    before === undefined ? definition.settings.action : putBack(definition.settings.action, before.settings.action);
  refuseMasks(action);
  return { ...definition, settings: { ...definition.settings, action } };
};

const putBack = (action: Action, was: Action): Action => {
  const shown = maskAction(was);
  if (addressOf(action.url) !== addressOf(shown.url)) return action;
  return {
    ...action,
    url: action.url === shown.url ? was.url : action.url,
    headers: Object.fromEntries(
      Object.entries(action.headers).map(([name, value]) => [
        name,
        value === shown.headers[name] ? (was.headers[name] ?? value) : value,
      ]),
    ),
  };
};

/** All of a URL but its query, to the letter: whatever a parser makes of it, it makes the same of both. */
const addressOf = (url: string): string => url.split(/[?#]/, 1)[0] ?? '';

/** A mask that nothing stands behind would be sent as it is. */
const refuseMasks = ({ url, headers }: Action): void => {
  const isMasked = Object.values(headers).some((value) => value.includes(credentialMask));
  if (isMasked) throw masked('action.headers');
  if (url.includes(credentialMask)) throw masked('action.url');
};

const masked = (where: string): ProblemsError =>
  new ProblemsError([
    {
      code: 'TASK_CREDENTIAL_MASKED',
      message: 'this credential is a mask, and the saved task has none that looks so and goes to this address',
      mend: 'give the credential itself, or name a secret: {{ secrets.twilio_basic }}',
      where,
    },
  ]);
