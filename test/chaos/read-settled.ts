/** How unknown runs were settled, as the processes' logs tell; a process that was killed may have left a line unwritten. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface SettledLine {
  /** The event. */
  readonly msg?: string;
  readonly by?: string;
}

/** By what (`found`, `absent`): how many. */
export const readSettled = async (logDirectory: string): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const file of await readdir(logDirectory)) {
    for (const line of (await readFile(join(logDirectory, file), 'utf8')).split('\n')) {
      if (!line.includes('"run.settled"')) continue;
      const { msg, by = 'unsaid' } = parse(line);
      if (msg === 'run.settled') counts[by] = (counts[by] ?? 0) + 1;
    }
  }
  return counts;
};

/** A line that a kill cut off is none. */
const parse = (line: string): SettledLine => {
  try {
    return JSON.parse(line) as SettledLine;
  } catch {
    return {};
  }
};
