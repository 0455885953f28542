/**
 * npm run chaos [-- --help]
 *
 * The proof that no message is lost and none is sent twice while everything is being killed. Exits 0 only if it holds, 1 if
 * it does not, 2 for options that make no sense.
 */
import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { type ChaosOptions, parseOptions, UsageError, usage } from './options.js';
import { formatReport } from './report.js';
import { runChaos } from './run-chaos.js';

const tell = (line: string): void => void process.stdout.write(`${line}\n`);

const main = async (args: readonly string[]): Promise<number> => {
  if (args.includes('--help')) {
    tell(usage);
    return 0;
  }
  const options = read(args);
  if (options === undefined) return 2;
  const stopping = new AbortController();
  let stopped: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stopped = 128 + constants.signals[signal];
      stopping.abort();
    });
  }
  tell(`seed ${options.seed}`);
  try {
    const report = await runChaos(options, tell, stopping.signal);
    tell(`\n${formatReport(report)}`);
    if (options.jsonFile !== undefined) await writeFile(options.jsonFile, `${JSON.stringify(report, null, 2)}\n`);
    return report.problems.length === 0 ? 0 : 1;
  } catch (error) {
    if (stopped !== undefined) return stopped;
    throw error;
  }
};

const read = (args: readonly string[]): ChaosOptions | undefined => {
  try {
    return parseOptions(args, randomInt(2 ** 32));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}\n`);
    return undefined;
  }
};

process.exitCode = await main(process.argv.slice(2));
