import type { Config } from '@quailrunner/config';
import type { SandboxAccount, SandboxOptions } from '@quailrunner/sandbox';
import { type Command, InvalidArgumentError } from 'commander';
import type { CliContext } from '../context.js';
import { portTaken } from '../supervisor/find-port.js';
import { parsePort } from './arguments.js';
import { runAppCommand } from './run-app.js';

interface SandboxFlags {
  readonly host: string;
  readonly port: number;
  readonly publicUrl?: string;
}

export const addSandboxCommand = (program: Command, context: CliContext): void => {
  program
    .command('sandbox')
    .description("play Twilio's Messages API and show the messages, until told to stop; nothing is sent to anybody")
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 for any free one', parsePort, 3_001)
    .option('--public-url <url>', 'address that others reach it under', parseUrl)
    .action(async ({ host, port, publicUrl }: SandboxFlags) => {
      const { startSandbox } = await import('@quailrunner/sandbox');
      await runAppCommand('sandbox', context, async (config, log) => {
        const account = readAccount(config.secrets.twilio_basic);
        const admitted = account === undefined ? { anyCredentials: true } : { accounts: [account] };
        const at = publicUrl === undefined ? {} : { publicBaseUrl: publicUrl };
        const options = { host, port, ...admitted, ...at, ...readCallbackOptions(config) };
        const sandbox = await startSandbox(options, { log }).catch((error: unknown) => {
          throw portTaken(error, { host, port, mend: 'name another one with --port' }) ?? error;
        });
        log.emit('app.started', { url: sandbox.url });
        return sandbox;
      });
    });
};

/** The account that the secret `twilio_basic` signs in as: with it the sandbox is as strict as Twilio. */
export const readAccount = (basic: string | undefined): SandboxAccount | undefined => {
  const match = /^(AC[0-9a-f]{32}):(.+)$/i.exec(Buffer.from(basic ?? '', 'base64').toString('utf8'));
  return match ? { sid: match[1] as string, authToken: match[2] as string } : undefined;
};

/** Status callbacks go to our own monitor; the secret `twilio_auth_token` signs them where an API key signs in. */
export const readCallbackOptions = ({
  publicUrl,
  secrets,
}: Pick<Config, 'publicUrl' | 'secrets'>): Pick<SandboxOptions, 'callbackOrigin' | 'callbackAuthToken'> => ({
  ...(publicUrl === undefined ? {} : { callbackOrigin: publicUrl }),
  ...(secrets.twilio_auth_token === undefined ? {} : { callbackAuthToken: secrets.twilio_auth_token }),
});

const parseUrl = (text: string): string => {
  if (/^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : '')) return text;
  throw new InvalidArgumentError('is not an address: that begins with http:// or https://');
};
