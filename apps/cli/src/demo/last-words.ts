import { readFile } from 'node:fs/promises';
import { QuailError } from '@quailrunner/domain';

const linesShown = 8;

/** A fault that names the log of the app which ended: its last lines know why. */
export const withLastWords = async (fault: unknown): Promise<unknown> => {
  const path = fault instanceof QuailError ? fault.context.log : undefined;
  if (!(fault instanceof QuailError) || typeof path !== 'string') return fault;
  const lines = (await readFile(path, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-linesShown);
  const said = lines.map((line) => `    ${line}`).join('\n');
  return new QuailError(fault.code, `${fault.message}. The end of ${path}:\n${said}`, { cause: fault });
};
