/** What is wrong in what a person wrote, wherever it came to light: when it was checked, or when the source ran it. */
import { ProblemsError } from '@quailrunner/domain';
import { toProblem } from '@quailrunner/engine';
import { PredicateFault } from '@quailrunner/source';

/** `undefined`: the fault is nobody's mistake. */
export const problemsIn = (fault: unknown): ProblemsError | undefined => {
  if (fault instanceof ProblemsError) return fault;
  return fault instanceof PredicateFault ? new ProblemsError([toProblem(fault)]) : undefined;
};

/** Mistakes are a result; everything else is thrown on. */
export const orProblems = async <Result>(work: () => Result | Promise<Result>): Promise<Result | ProblemsError> => {
  try {
    return await work();
  } catch (fault) {
    const problems = problemsIn(fault);
    if (problems === undefined) throw fault;
    return problems;
  }
};
