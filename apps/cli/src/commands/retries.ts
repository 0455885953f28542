/** `quail runs retries`: the bulk retries there are, and their stop. */
import { type Command, InvalidArgumentError } from 'commander';
import type { CliContext } from '../context.js';
import { isRunId, wholeNumber } from './arguments.js';

const parseRetryId = (text: string): string => {
  if (isRunId(text)) return text;
  throw new InvalidArgumentError("is not a retry's number: `quail runs retries` shows them");
};

interface ListOptions {
  readonly limit: number;
  readonly json?: true;
}

export const addRetriesCommand = (runs: Command, context: CliContext): void => {
  const retries = runs
    .command('retries')
    .description('show the retries of many runs, the newest first')
    .option('--limit <count>', 'how many', wholeNumber(1, 10_000), 20)
    .option('--json', 'for programs')
    .action(async ({ limit, json }: ListOptions) =>
      (await import('./retry-list.js')).listRetries({ limit, json: json === true }, context),
    );
  retries
    .command('stop')
    .description('stop one; what it has queued and not tried again is failed, as it was')
    .argument('<retry>', 'its number', parseRetryId)
    .action(async (retryId: string) => (await import('./retry-list.js')).stopRetry(retryId, context));
};
