/**
 * A task as the editor's form holds it: everything as text, as it was typed. A message at Twilio may be shown by its own
 * fields or, like any other action, as the request that it is; both ways say the same.
 */
import type { TaskText } from '@quailrunner/config';
import { fieldOf } from './forms.js';

/** Of a message at Twilio. */
export interface MessageFields {
  readonly account: string;
  /** A number, `MG…`, or a template. */
  readonly sender: string;
  readonly to: string;
  readonly text: string;
  /** Addresses, a line each. */
  readonly media: string;
}

/** Of any action. */
export interface RequestFields {
  readonly url: string;
  /** `Name: value`, a line each. */
  readonly headers: string;
  readonly body: string;
}

export const settingNames = [
  'every',
  'retries',
  'rate',
  'lane',
  'defaultRegion',
  'recheck',
  'onChange',
  'onUnknown',
  'timeout',
  'success',
  'signWith',
  'sharedSecret',
] as const;

const backoffNames = ['first', 'factor', 'max', 'jitter'] as const;

export interface Draft {
  readonly name: string;
  readonly source: string;
  readonly predicate: string;
  /** Which of the two the form shows; the other's fields are empty. */
  readonly mode: 'message' | 'request';
  readonly message: MessageFields;
  readonly request: RequestFields;
  readonly settings: Readonly<Record<string, string>>;
  readonly backoff: Readonly<Record<string, string>>;
  /** That is changed; 0: a new task. */
  readonly revision: number;
}

export const emptyMessage: MessageFields = { account: '', sender: '', to: '', text: '', media: '' };
export const emptyRequest: RequestFields = { url: '', headers: '', body: '' };

const usualHeaders = {
  'Content-Type': 'application/x-www-form-urlencoded',
  Authorization: 'Basic {{ secrets.twilio_basic }}',
} as const;

/** Browsers send line breaks as two signs. */
const readText = (body: unknown, name: string): string => fieldOf(body, name).replaceAll('\r\n', '\n');

export const readDraft = (body: unknown): Draft => {
  const field = (name: string): string => readText(body, name);
  const line = (name: string): string => field(name).trim();
  return {
    name: line('name'),
    source: line('source') || 'default',
    predicate: field('predicate'),
    mode: field('mode') === 'request' ? 'request' : 'message',
    message: {
      account: line('account'),
      sender: line('sender'),
      to: line('to'),
      text: field('text'),
      media: line('media'),
    },
    request: { url: line('url'), headers: field('headers'), body: field('body') },
    settings: Object.fromEntries(settingNames.map((name) => [name, line(name)])),
    backoff: Object.fromEntries(backoffNames.map((name) => [name, line(`backoff.${name}`)])),
    revision: /^\d{1,9}$/.test(line('revision')) ? Number(line('revision')) : 0,
  };
};

/** What `parseTask` takes. What was left empty is not set. */
export const toTaskText = ({ name, source, predicate, settings, backoff, ...draft }: Draft): TaskText => {
  const { url, headers, body } = toRequest(draft);
  const { success = '', ...plain } = settings;
  return {
    predicate,
    settings: {
      ...withoutEmpty({ name, source, ...plain }),
      action: { url, headers: readHeaders(headers), body },
      ...(success === '' ? {} : { success: success.split(',').map((range) => range.trim()) }),
      ...(Object.values(backoff).some((value) => value !== '') ? { backoff: withoutEmpty(backoff) } : {}),
    },
  };
};

const withoutEmpty = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));

type Action = Pick<Draft, 'mode' | 'message' | 'request'>;

export const toRequest = ({ mode, message, request }: Action): RequestFields =>
  mode === 'request' ? request : requestOf(message);

const requestOf = ({ account, sender, to, text, media }: MessageFields): RequestFields => {
  const senderName = /^MG/.test(sender) ? 'MessagingServiceSid' : 'From';
  const urls = media.split('\n').map((url) => url.trim());
  const pairs: [string, string][] = [
    [senderName, sender],
    ['To', to],
    ['Body', text],
    ...urls.map((url): [string, string] => ['MediaUrl', url]),
  ];
  return {
    url: `https://api.twilio.com/2010-04-01/Accounts/${account}/Messages.json`,
    headers: writeHeaders(usualHeaders),
    body: pairs.flatMap(([name, value]) => (value === '' ? [] : [`${name}=${escapeLiteral(value)}`])).join('&'),
  };
};

/** The same as fields of a message; or why those would lose something. */
export const toMessage = (request: RequestFields): MessageFields | { readonly obstacle: string } => {
  const account = /^https:\/\/api\.twilio\.com\/2010-04-01\/Accounts\/([^/]+)\/Messages\.json$/.exec(request.url)?.[1];
  if (account === undefined) return { obstacle: 'its address is not the one of Twilio’s messages' };
  const headers = readHeaders(request.headers);
  const other = Object.entries({ ...usualHeaders, ...headers }).find(
    ([name, value]) => headers[name] !== value || usualHeaders[name as keyof typeof usualHeaders] !== value,
  );
  if (other !== undefined) return { obstacle: `its header ${other[0]} is not the usual one` };
  return fieldsOfBody(account, request.body);
};

const shown = ['From', 'MessagingServiceSid', 'To', 'Body', 'MediaUrl'];

const fieldsOfBody = (account: string, body: string): MessageFields | { readonly obstacle: string } => {
  if (/\{%/.test(body)) return { obstacle: 'its body has conditions' };
  const pairs = splitOutside(body.trim()).map((pair) => pair.trim());
  const values = new Map<string, string[]>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals);
    const value = equals < 0 ? undefined : unescapeLiteral(pair.slice(equals + 1));
    if (value === undefined || !shown.includes(name)) return { obstacle: `the form has no field for ${name || pair}` };
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  const twice = [...values].find(([name, all]) => name !== 'MediaUrl' && all.length > 1);
  if (twice !== undefined) return { obstacle: `${twice[0]} stands there twice` };
  const one = (name: string): string => values.get(name)?.[0] ?? '';
  if (one('From') !== '' && one('MessagingServiceSid') !== '') return { obstacle: 'it names two senders' };
  const fields: MessageFields = {
    account,
    sender: one('MessagingServiceSid') || one('From'),
    to: one('To'),
    text: one('Body'),
    media: (values.get('MediaUrl') ?? []).join('\n'),
  };
  const isSame = toMessageText(requestOf(fields).body) === toMessageText(pairs.join('&'));
  return isSame ? fields : { obstacle: 'the form would write its body otherwise' };
};

/** Order doesn't matter, nor how a sign is escaped. */
const toMessageText = (body: string): string =>
  splitOutside(body)
    .map((pair) => unescapeLiteral(pair) ?? pair)
    .sort()
    .join('\n');

const tags = /(\{\{.*?\}\})/s;

/** Of text and tags by turns, the text. */
const mapLiterals = (text: string, change: (literal: string) => string): string =>
  text
    .split(tags)
    .map((part, n) => (n % 2 === 0 ? change(part) : part))
    .join('');

const escapeLiteral = (text: string): string =>
  mapLiterals(text, (literal) => literal.replaceAll('%', '%25').replaceAll('&', '%26').replaceAll('\n', '%0A'));

const unescapeLiteral = (text: string): string | undefined => {
  try {
    return mapLiterals(text, decodeURIComponent);
  } catch {
    return undefined;
  }
};

const splitOutside = (body: string): string[] => {
  const pairs = [''];
  for (const [n, part] of body.split(tags).entries()) {
    const [first = '', ...rest] = n % 2 === 0 ? part.split('&') : [part];
    pairs[pairs.length - 1] += first;
    pairs.push(...rest);
  }
  return pairs;
};

export const writeHeaders = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');

/** A line without a colon is a name without a value: the check will say what is wrong with it. */
const readHeaders = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const colon = line.indexOf(':');
        return colon < 0 ? [line.trim(), ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
      }),
  );
