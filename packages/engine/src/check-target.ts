/** Check: where the action goes and as whom, as far as that is known without any row. */
import type { Problem, TaskSettings } from '@quailrunner/domain';
import { checkTwilioUrl, isMessagesUrl, isTwilioUrl } from '@quailrunner/twilio';

type Headers = TaskSettings['action']['headers'];

/** Errors go to `problems`; returns the warnings. */
export const checkTarget = ({ action: { url, headers } }: TaskSettings, problems: Problem[]): Problem[] => {
  problems.push(...checkTwilioUrl(url).map(({ severity: _, ...problem }) => ({ ...problem, where: 'action.url' })));
  return [...findLiteralCredentials(headers), ...(isTwilioUrl(url) ? findNoCredential(headers) : [])];
};

const form = 'application/x-www-form-urlencoded';

/** Of a message; then nothing else of its body makes sense. */
export const findNoForm = ({ action: { url, headers } }: TaskSettings): Problem | undefined => {
  const [name, type] = find(headers, /^content-type$/i) ?? [];
  if (!isMessagesUrl(url) || type === undefined || type.toLowerCase().split(';')[0]?.trim() === form) return undefined;
  return {
    code: 'TWILIO_FORM',
    message: 'Twilio takes form bodies',
    mend: `write Content-Type: ${form}, and the body as From=…&To=…&Body=…`,
    where: `action.headers.${name}`,
  };
};

const findNoCredential = (headers: Headers): Problem[] =>
  find(headers, /^authorization$/i) === undefined
    ? [
        {
          code: 'TWILIO_UNAUTHORIZED',
          message: 'there is no Authorization, and Twilio refuses whoever it does not know',
          mend: 'add the header Authorization: Basic {{ secrets.twilio_basic }}',
          where: 'action.headers',
        },
      ]
    : [];

/** Whoever may read the file may send in our name. What is written there is not repeated. */
const findLiteralCredentials = (headers: Headers): Problem[] => {
  const [name, value = ''] = find(headers, /^authorization$/i) ?? [];
  if (name === undefined || value.trim() === '' || /\{[{%]/.test(value)) return [];
  const [, scheme = ''] = /^((?:Basic|Bearer) +)?/i.exec(value) ?? [];
  return [
    {
      code: 'CREDENTIAL_LITERAL',
      message: `a credential is written out in ${name}`,
      mend: `put it into QUAIL_SECRET_MY_SECRET where schedulers and workers run, and write ${scheme}{{ secrets.my_secret }}`,
      where: `action.headers.${name}`,
    },
  ];
};

const find = (headers: Headers, name: RegExp): [string, string] | undefined =>
  Object.entries(headers).find(([each]) => name.test(each));
