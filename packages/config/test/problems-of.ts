import { formatProblem, ProblemsError } from '@quailrunner/domain';

/** What is wrong, as a person is told it. Throws where nothing is. */
export const problemsOf = (work: () => unknown): string[] => {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems.map(formatProblem);
    throw error;
  }
  throw new Error('no problem at all');
};
