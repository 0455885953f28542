/** Check: what the task needs of the processes that send it, as far as the process knows that asks. Warnings: others may have more. */
import { guardTargets } from '@quailrunner/delivery';
import { nearest, type Problem, QuailError } from '@quailrunner/domain';
import type { CompiledTask } from './compile-task.js';
import { webhookSecretNames } from './webhook-headers.js';

export interface Here {
  readonly secrets: Readonly<Record<string, string>>;
  /** CIDRs; absent: unknown, and nothing is said of the target. */
  readonly allowPrivateTargets?: readonly string[];
}

export const checkHere = (task: CompiledTask, { secrets, allowPrivateTargets }: Here): Problem[] => [
  ...findUnsetSecrets(task, secrets),
  ...(allowPrivateTargets === undefined ? [] : findPrivateTarget(task, allowPrivateTargets)),
];

const findUnsetSecrets = (task: CompiledTask, secrets: Here['secrets']): Problem[] =>
  [...new Set([...task.action.secretNames, ...webhookSecretNames(task.settings)])]
    .filter((name) => !Object.hasOwn(secrets, name))
    .map((name) => {
      const meant = nearest(name, Object.keys(secrets));
      const variable = `QUAIL_SECRET_${name.toUpperCase()}`;
      return {
        code: 'SECRET_NOT_SET',
        message: `the secret "${name}" is not set here: schedulers and workers need ${variable}`,
        where: placeOf(name, task),
        ...(meant === undefined ? {} : { mend: `did you mean "${meant}"?` }),
      };
    });

/** The part that names it. */
const placeOf = (secret: string, { settings }: CompiledTask): string => {
  const { url, headers, body } = settings.action;
  const names = (text: string): boolean => new RegExp(`\\bsecrets\\s*\\.\\s*${secret}\\b`).test(text);
  const header = Object.entries(headers).find(([, value]) => names(value));
  if (header !== undefined) return `action.headers.${header[0]}`;
  if (names(url)) return 'action.url';
  if (names(body)) return 'action.body';
  return settings.signWith === secret ? 'signWith' : 'sharedSecret';
};

/** What a name stands for is asked of the DNS when it is sent to; an address, and the machine's own name, say it themselves. */
const findPrivateTarget = ({ settings, target }: CompiledTask, allowed: readonly string[]): Problem[] => {
  const { url } = settings.action;
  const host = /^https?:\/\/([^/?#\\]+)/i.exec(url)?.[0] ?? '';
  if (target === 'twilio' || !URL.canParse(host)) return [];
  const { hostname } = new URL(host);
  try {
    guardTargets(allowed).checkLiteral(/^(?:.*\.)?localhost\.?$/.test(hostname) ? '127.0.0.1' : hostname);
    return [];
  } catch (fault) {
    if (!(fault instanceof QuailError)) throw fault;
    const mend = 'list it there where workers run: QUAIL_ALLOW_PRIVATE_TARGETS=127.0.0.1/32,10.1.0.0/16';
    const message = `nothing may be sent to ${hostname}: ${fault.message}`;
    return [{ code: 'TARGET_NOT_ALLOWED', message, mend, where: 'action.url' }];
  }
};
