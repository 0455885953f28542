/** The progress of the sending: a bar for each task where a person watches, a line now and then where nobody does. */
import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import { formatCount } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';
import type { Expectation } from './expectation.js';

export interface Progress {
  /** Runs by task that have come to their end. */
  show(done: ReadonlyMap<string, number>): void;
  /** Leaves what is shown, and the terminal as it was. */
  close(): void;
}

export const openProgress = (expected: Expectation, terminal: Terminal): Progress =>
  terminal.isInteractive ? openBars(expected, terminal) : openLines(expected, terminal);

const openBars = (expected: Expectation, { stdout, paint }: Terminal): Progress => {
  const width = Math.max(...[...expected.keys()].map((task) => task.length));
  const bars = new MultiBar(
    {
      format: `{task}  ${paint('cyan', '{bar}')}  {done} of {all} sent`,
      stream: stdout,
      barsize: Math.max(10, Math.min(40, (stdout.columns ?? 80) - width - 28)),
      hideCursor: false,
      linewrap: false,
      clearOnComplete: false,
      gracefulExit: false,
      emptyOnZero: true,
    },
    Presets.shades_classic,
  );
  const texts = (task: string, done: number, all: number) => ({
    task: task.padEnd(width),
    done: formatCount(done).padStart(formatCount(all).length),
    all: formatCount(all),
  });
  const byTask = new Map<string, SingleBar>(
    [...expected].map(([task, { length }]) => [task, bars.create(length, 0, texts(task, 0, length))]),
  );
  return {
    show: (done) => {
      for (const [task, bar] of byTask) {
        const count = done.get(task) ?? 0;
        bar.update(count, texts(task, count, bar.getTotal()));
      }
    },
    close: () => bars.stop(),
  };
};

const openLines = (expected: Expectation, terminal: Terminal): Progress => {
  let toldTenth = 0;
  const all = [...expected.values()].reduce((sum, { length }) => sum + length, 0);
  return {
    show: (done) => {
      const count = [...done.values()].reduce((sum, each) => sum + each, 0);
      const tenth = all === 0 ? 10 : Math.floor((count / all) * 10);
      if (tenth === toldTenth) return;
      toldTenth = tenth;
      const parts = [...expected].map(
        ([task, { length }]) => `${task} ${formatCount(done.get(task) ?? 0)}/${formatCount(length)}`,
      );
      terminal.print(`${String(tenth * 10).padStart(3)} %  ${parts.join('  ')}`);
    },
    close: () => {},
  };
};
