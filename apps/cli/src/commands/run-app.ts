/** The life of an app as a command: configuration, log, start, announcement, and a graceful end. */
import { type Config, readConfig } from '@quailrunner/config';
import { type App, runApp } from '@quailrunner/runtime';
import { type Log, openLog } from '@quailrunner/telemetry';
import type { CliContext } from '../context.js';
import { joinRunning } from '../running.js';
import { type Announcement, announce } from '../supervisor/announcement.js';

/** An app that is up, and what there is to tell of it. */
export type StartedApp = App & Omit<Announcement, 'kind'>;

export const runAppCommand = async (
  app: string,
  { terminal, env, setExitCode }: CliContext,
  start: (config: Config, log: Log) => Promise<StartedApp>,
): Promise<void> => {
  const config = readConfig(joinRunning(env));
  const log = openLog({ app, level: config.log.level, format: config.log.format ?? terminal.logFormat });
  const startAndTell = async (): Promise<StartedApp> => {
    const started = await start(config, log);
    const { url, firstPassword } = started;
    announce({ ...(url === undefined ? {} : { url }), ...(firstPassword === undefined ? {} : { firstPassword }) });
    return started;
  };
  setExitCode(await runApp({ log, shutdownTimeoutMs: config.shutdownTimeoutMs, start: startAndTell }));
  log.close();
};
