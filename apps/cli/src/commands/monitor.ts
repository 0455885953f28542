import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { portTaken } from '../supervisor/find-port.js';
import { runAppCommand } from './run-app.js';

export const addMonitorCommand = (program: Command, context: CliContext): void => {
  program
    .command('monitor')
    .description(
      'serve the console, the API, Bull Board, receipts and health, until told to stop (MONITOR_HOST, MONITOR_PORT)',
    )
    .action(async () => {
      const { startMonitorFrom } = await import('@quailrunner/monitor');
      await runAppCommand('monitor', context, async (config, log) => {
        const monitor = await startMonitorFrom(config, log).catch((error: unknown) => {
          throw portTaken(error, { ...config.monitor, mend: 'set MONITOR_PORT to another' }) ?? error;
        });
        if (monitor.firstPassword !== undefined && !process.connected) {
          context.terminal.tell(`Sign in as admin with ${monitor.firstPassword} (shown this once)`);
        }
        return monitor;
      });
    });
};
