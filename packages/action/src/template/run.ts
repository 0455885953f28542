/** One render: what a template may reach, and the bounds that hold it. */
import { type Columns, type ColumnValue, QuailError } from '@quailrunner/domain';
import { placeOf } from './part.js';

export interface Run {
  readonly columns: Columns;
  readonly secrets: Readonly<Record<string, string>>;
  /** Written in the place of each value that is made with a secret. */
  readonly mask: string | undefined;
  /** A loop around here goes over secrets. */
  loopsOverSecrets: boolean;
  /** Loop variables, by the slots that the compiler gave them. */
  readonly locals: Value[];
  steps: number;
  /** What the part at hand has come to. */
  out: string;
  /** The part and the tag at work, for the message of a fault. */
  part: Written;
  offset: number;
}

/** A part of the action, as it was written. */
export interface Written {
  readonly where: string;
  readonly source: string;
}

export const openRun = (columns: Columns, secrets: Readonly<Record<string, string>>, mask?: string): Run => ({
  columns,
  secrets,
  mask,
  loopsOverSecrets: false,
  locals: [],
  steps: 0,
  out: '',
  part: { where: '', source: '' },
  offset: 0,
});

/** JSON text that the filter `json` made: it stands in a JSON body as it is. */
export class JsonText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** `undefined`: a path that leads nowhere. */
export type Value = ColumnValue | JsonText | undefined;

export type Evaluate = (run: Run) => Value;
export type Emit = (run: Run) => void;

const maxSteps = 10_000;
/** Of one text that a template works on, and of a part's output, in UTF-16 code units. */
export const maxTextLength = 65_536;

/** A row that doesn't fit its template, or a secret that isn't there. Nothing is sent; the message holds no value. */
export class RenderFault extends QuailError {
  constructor(code: string, message: string, { part: { where, source }, offset }: Pick<Run, 'part' | 'offset'>) {
    const { line, column } = placeOf(source, offset);
    super(code, `${where}:${line}:${column}: ${message}`, { context: { where, line, column } });
    this.name = 'RenderFault';
  }
}

export const fault = (run: Run, code: string, message: string): RenderFault => new RenderFault(code, message, run);

/** Counts work, so that no template and no row can hold a worker: about 4,000 characters looked at are a step. */
export const spend = (run: Run, steps: number): void => {
  run.steps += steps;
  if (run.steps > maxSteps) throw fault(run, 'RENDER_TOO_MANY_STEPS', `the template takes more than ${maxSteps} steps`);
};

export const bounded = (run: Run, text: string): string => {
  if (text.length > maxTextLength) throw tooLong(run);
  return text;
};

export const tooLong = (run: Run): RenderFault =>
  fault(run, 'RENDER_TOO_LONG', `the text is longer than ${maxTextLength} characters`);
