/** One part of an action while it is compiled: its text, and the mistakes found in it so far. */
import type { Problem } from '@quailrunner/domain';

export interface Part {
  /** `action.body`, `action.headers.Authorization`. */
  readonly where: string;
  readonly source: string;
  /** Shared by all parts of the action: a person sees every mistake at once. */
  readonly problems: Problem[];
  /** What is forgiven, and may not be what was meant. */
  readonly warnings: Problem[];
}

/** 1-based, in UTF-16 code units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Mistake {
  readonly code: string;
  readonly message: string;
  readonly mend?: string | undefined;
}

export const placeOf = (source: string, offset: number): Place => {
  const before = source.slice(0, offset);
  return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
};

/** Who has made so many mistakes mends these first. */
const maxProblems = 100;

export const isFull = (part: Part): boolean => part.problems.length >= maxProblems;

export const report = (part: Part, offset: number, mistake: Mistake): void =>
  addOnce(part.problems, part, offset, mistake);

export const warn = (part: Part, offset: number, mistake: Mistake): void =>
  addOnce(part.warnings, part, offset, mistake);

/** A place that is walked twice, as a loop's body is, is told once. */
const addOnce = (to: Problem[], part: Part, offset: number, { code, message, mend }: Mistake): void => {
  const { line, column } = placeOf(part.source, offset);
  const isKnown = to.some(
    (known) => known.where === part.where && known.line === line && known.column === column && known.code === code,
  );
  if (isKnown || to.length >= maxProblems) return;
  to.push({ code, message, ...(mend === undefined ? {} : { mend }), where: part.where, line, column });
};
