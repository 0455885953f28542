/** A task that is there, as a draft; and its credentials, which a browser is never shown, put back into what it sends. */
import { writeSettings } from '@quailrunner/config';
import type { Action, TaskDefinition } from '@quailrunner/domain';
import { maskAction } from '@quailrunner/engine';
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

/** What comes back as it was masked is what it was. */
export const putBackCredentials = (definition: TaskDefinition, before: TaskDefinition | undefined): TaskDefinition => {
  if (before === undefined) return definition;
  const [was, shown] = [before.settings.action, maskAction(before.settings.action)];
  const { url, headers, body } = definition.settings.action;
  const action: Action = {
    url: url === shown.url ? was.url : url,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        value === shown.headers[name] ? (was.headers[name] ?? value) : value,
      ]),
    ),
    body,
  };
  return { ...definition, settings: { ...definition.settings, action } };
};
