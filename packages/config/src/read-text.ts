import { readFileSync } from 'node:fs';
import { type Problem, ProblemsError } from '@quailrunner/domain';

/** A file that the user names. Throws ProblemsError with what `problemOf` makes of the cause: "there is no such file". */
export const readText = (path: string, problemOf: (cause: string) => Problem): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new ProblemsError([problemOf(code === 'ENOENT' ? 'there is no such file' : `it can't be read (${code})`)]);
  }
};
