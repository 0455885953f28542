/** `quail runs retry --task`: shows how many, asks, starts a bulk retry and follows it. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BulkRetry,
  type BulkRetryFilter,
  countRetry,
  type Ledger,
  readBulkRetry,
  startBulkRetry,
} from '@quailrunner/ledger';
import { SingleBar } from 'cli-progress';
import { readActor } from '../actor.js';
import type { CliContext } from '../context.js';
import { formatOutcome, formatProgress, formatRetryCount, formatWaits } from '../output/retry.js';
import { formatCount, formatNumberOf } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';
import { listenForStop } from '../supervisor/stop-request.js';
import { requireTask, withLedger } from '../with-ledger.js';

export interface BulkWish extends BulkRetryFilter {
  readonly task: string;
}

export interface BulkManner {
  /** Without being asked. */
  readonly yes: boolean;
  /** Also where nobody watches. */
  readonly wait: boolean;
}

export const retryInBulk = (wish: BulkWish, { yes, wait }: BulkManner, context: CliContext): Promise<void> =>
  withLedger(context, async (ledger) => {
    const { terminal } = context;
    await requireTask(wish.task, ledger);
    const count = await countRetry(ledger, wish);
    if (count.runs === 0) return terminal.print(noneOf(wish));
    terminal.print(formatRetryCount(count, terminal.paint));
    const runs = `${count.isMore ? 'more than ' : ''}${formatNumberOf(count.runs, 'failed run')}`;
    const isWanted = yes || (await terminal.ask(`Retry ${runs}?`));
    if (isWanted === undefined) {
      terminal.tell(`quail: nobody is here to be asked. To retry ${runs}, say --yes.`);
      return context.setExitCode(2);
    }
    if (!isWanted) return terminal.tell('Nothing was retried.');
    const started = await startBulkRetry(ledger, wish, readActor());
    if (started === undefined) return terminal.print(noneOf(wish));
    const { retryId } = started;
    terminal.print(
      `Retry ${retryId} has started: ${formatNumberOf(started.runs, 'run')}, as fast as their lanes send.`,
    );
    if (wait || terminal.isInteractive) await follow(retryId, ledger, terminal);
    else terminal.tell(`To see how it goes: quail runs retries. To stop it: quail runs retries stop ${retryId}`);
  });

const noneOf = ({ task, code, since, until }: BulkWish): string => {
  const how = [code && ` with code ${code}`, (since ?? until) && ' in that time'];
  return `No run of ${task} has failed${how.filter(Boolean).join('')}.`;
};

const lookEveryMs = 500;

/** Until it is finished or stopped, or somebody presses Ctrl-C, which leaves it running. */
const follow = async (retryId: string, ledger: Ledger, terminal: Terminal): Promise<void> => {
  const stop = listenForStop(() => process.exit(1));
  const left = new AbortController();
  void stop.asked.then(() => left.abort());
  const progress = openProgress(terminal);
  try {
    for (;;) {
      const retry = await readBulkRetry(ledger, retryId);
      if (retry === undefined) return;
      progress.show(retry);
      if (retry.state !== 'running') {
        progress.close();
        return terminal.print(`Retry ${retryId} is ${retry.state}: ${formatOutcome(retry)}.`);
      }
      await sleep(lookEveryMs, undefined, { signal: left.signal }).catch(() => {});
      if (!left.signal.aborted) continue;
      progress.close();
      return terminal.tell(`Retry ${retryId} goes on. To stop it: quail runs retries stop ${retryId}`);
    }
  } finally {
    progress.close();
    stop.forget();
  }
};

interface Progress {
  show(retry: BulkRetry): void;
  close(): void;
}

const openProgress = (terminal: Terminal): Progress =>
  terminal.isInteractive ? openBar(terminal) : openLines(terminal);

const openBar = ({ stdout, paint }: Terminal): Progress => {
  const bar = new SingleBar({
    format: `${paint('cyan', '{bar}')}  {done} of {all}  {says}`,
    stream: stdout,
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    linewrap: false,
    gracefulExit: false,
  });
  let isOpen = false;
  return {
    show: (retry) => {
      const done = retry.moved - retry.onTheirWay;
      const says = retry.waitsFor.length > 0 ? formatWaits(retry.waitsFor) : formatOutcome(retry);
      const texts = { done: formatCount(done), all: formatCount(retry.total), says };
      if (isOpen) bar.update(done, texts);
      else bar.start(retry.total, done, texts);
      isOpen = true;
    },
    close: () => {
      if (isOpen) bar.stop();
      isOpen = false;
    },
  };
};

/** A line when something has changed. */
const openLines = (terminal: Terminal): Progress => {
  let told = '';
  return {
    show: (retry) => {
      const waits = formatWaits(retry.waitsFor);
      const line = `${formatProgress(retry)}${waits && `; ${waits}`}`;
      if (line !== told) terminal.print(line);
      told = line;
    },
    close: () => {},
  };
};
