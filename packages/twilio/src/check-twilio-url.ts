/** Check: whether an address at Twilio is the one that takes messages. Anything else there is no message, and nothing checks it. */
import { nearest } from '@quailrunner/domain';
import type { ParameterProblem } from './check-message-parameters.js';
import { isTwilioUrl } from './twilio-url.js';

const address = 'https://api.twilio.com/2010-04-01/Accounts/AC…/Messages.json';
const parts = /^https?:\/\/[^/?#]*((?:\{\{.*?\}\}|[^?#])*)/is;
const pathOfAccount = /^\/2010-04-01\/Accounts\/([^/]*)(?:\/(.*))?$/;

/** The account may be a template; nothing where the URL is not Twilio's. */
export const checkTwilioUrl = (url: string): ParameterProblem[] => {
  if (!isTwilioUrl(url)) return [];
  const path = (parts.exec(url)?.[1] ?? '').replaceAll(/\{\{.*?\}\}|\{%.*?%\}/gs, '{}');
  const [, account, resource = ''] = pathOfAccount.exec(path) ?? [];
  if (account === undefined) return [wrong('this is not where Twilio takes messages', `write ${address}`)];
  const problems: ParameterProblem[] = [];
  if (!account.includes('{}') && !/^AC[0-9a-f]{32}$/i.test(account)) {
    const mend = 'it is AC and 32 digits from 0-9 and a-f, as the console of Twilio shows it';
    problems.push(wrong(`"${account}" is no account's SID`, mend));
  }
  if (resource !== 'Messages.json') problems.push(wrong(`Twilio takes no messages at "${resource}"`, mendOf(resource)));
  return problems;
};

const mendOf = (resource: string): string =>
  nearest(resource.replace(/\/$/, ''), ['Messages.json']) === undefined
    ? `write ${address}`
    : 'did you mean "Messages.json"?';

const wrong = (message: string, mend: string): ParameterProblem => ({
  severity: 'error',
  code: 'TWILIO_URL',
  message,
  mend,
});
