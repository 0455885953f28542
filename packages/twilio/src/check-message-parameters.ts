/** Check: what is wrong with the form body of a message before anything is sent. Every mistake at once. */
import { nearest, type Problem } from '@quailrunner/domain';
import { normalSender } from './lane-key.js';
import { type MessageParameter, messageParameters } from './parameters.js';

/** One `name=value` of an action's form body. */
export interface FormParameter {
  readonly name: string;
  /** Decoded where it is literal, else as written. */
  readonly value: string;
  /** Whether the value holds no template, so that it can be judged now. */
  readonly literal: boolean;
  readonly line?: number;
  readonly column?: number;
  /** Numbers of the ways through the body's conditions on which it is there; on each unless set. */
  readonly ways?: readonly number[];
}

/** An error stops the task; a warning is shown. */
export interface ParameterProblem extends Problem {
  readonly severity: 'error' | 'warning';
}

export const checkMessageParameters = (form: readonly FormParameter[]): ParameterProblem[] => [
  ...checkRequired(form),
  ...form.flatMap((parameter) => checkParameter(parameter)),
  ...checkCounts(form),
];

const required = [
  { oneOf: ['To'], message: 'the message has no recipient', mend: 'add To={{ .phone_number }}' },
  {
    oneOf: ['From', 'MessagingServiceSid'],
    message: 'the message has no sender',
    mend: 'add From=+15005550006 (a number of your account) or MessagingServiceSid=MG…',
  },
  {
    oneOf: ['Body', 'MediaUrl', 'ContentSid'],
    message: 'the message has no content',
    mend: 'add Body=…, MediaUrl=… or ContentSid=HX…',
  },
] as const;

const checkRequired = (form: readonly FormParameter[]): ParameterProblem[] => {
  // A misspelt name counts as what it was meant to be: one mistake, one message.
  const meant = new Set(form.filter((parameter) => !isEmpty(parameter)).map(({ name }) => meantBy(name) ?? name));
  return required
    .filter(({ oneOf }) => !oneOf.some((name) => meant.has(name)))
    .map(({ message, mend }) => ({ severity: 'error', code: 'PARAMETER_MISSING', message, mend }));
};

const checkParameter = (parameter: FormParameter): ParameterProblem[] => {
  const known = knownParameter(parameter.name);
  if (!known) return [describeUnknown(parameter)];
  const problems: ParameterProblem[] = [];
  if (known.warning) {
    problems.push(problem(parameter, 'warning', 'PARAMETER_WITHOUT_EFFECT', known.warning, 'leave it out'));
  }
  const fault = parameter.literal ? findFault(parameter, known) : undefined;
  if (fault) problems.push(problem(parameter, 'error', 'PARAMETER_OUT_OF_BOUNDS', fault));
  return [...problems, ...checkSender(parameter)];
};

/** A short code has fewer than seven digits, and a name has letters. */
const plainNumber = /^(?:[a-z]+:)?(?=(?:\D*\d){7})[(\d][\d\s().\-/]*$/i;

/** Lanes and opt-outs take it for the number that it most likely is; whether Twilio does, nobody promises. */
const checkSender = (parameter: FormParameter): ParameterProblem[] => {
  const { name, value, literal } = parameter;
  if (name !== 'From' || !literal || !plainNumber.test(value.trim())) return [];
  const message = 'From is a number without its plus';
  return [problem(parameter, 'warning', 'PARAMETER_SENDER', message, `write From=${normalSender(value)}`)];
};

const findFault = ({ name, value }: FormParameter, { range, maxLength }: MessageParameter): string | undefined => {
  const length = [...value].length;
  if (maxLength !== undefined && length > maxLength) {
    return `${name} is ${length} characters long; at most ${maxLength} are allowed`;
  }
  if (!range) return undefined;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  return number >= range[0] && number <= range[1]
    ? undefined
    : `${name} must be a whole number from ${range[0]} to ${range[1]}`;
};

const describeUnknown = (parameter: FormParameter): ParameterProblem => {
  const meant = meantBy(parameter.name);
  const message = `Twilio's Messages API has no parameter "${parameter.name}"`;
  return meant
    ? problem(parameter, 'error', 'PARAMETER_MISSPELT', message, `did you mean "${meant}"?`)
    : problem(parameter, 'warning', 'PARAMETER_UNKNOWN', message, 'Twilio will ignore it: leave it out');
};

const checkCounts = (form: readonly FormParameter[]): ParameterProblem[] =>
  [...groupByName(form)].flatMap(([name, parameters]) => {
    const most = knownParameter(name)?.maxCount ?? (knownParameter(name) ? 1 : Number.POSITIVE_INFINITY);
    const given = mostTogether(parameters);
    const surplus = given[most];
    if (!surplus) return [];
    const message =
      most === 1 ? `${name} stands here twice` : `${name} stands here ${given.length} times; at most ${most}`;
    const mend = most === 1 ? 'keep one' : `keep ${most}`;
    return [problem(surplus, 'error', 'PARAMETER_REPEATED', message, mend)];
  });

const groupByName = (form: readonly FormParameter[]): Map<string, FormParameter[]> => {
  const groups = new Map<string, FormParameter[]>();
  for (const parameter of form) {
    const group = groups.get(parameter.name);
    if (group) group.push(parameter);
    else groups.set(parameter.name, [parameter]);
  }
  return groups;
};

/** Those of the way that has the most of them. */
const mostTogether = (parameters: readonly FormParameter[]): readonly FormParameter[] => {
  const ways = [...new Set(parameters.flatMap(({ ways }) => ways ?? []))];
  if (ways.length === 0) return parameters;
  const together = new Map<number, FormParameter[]>(ways.map((way) => [way, []]));
  for (const parameter of parameters) {
    for (const way of parameter.ways ?? ways) together.get(way)?.push(parameter);
  }
  return [...together.values()].reduce((most, these) => (these.length > most.length ? these : most));
};

const knownParameter = (name: string): MessageParameter | undefined =>
  Object.hasOwn(messageParameters, name) ? messageParameters[name] : undefined;

const meantBy = (name: string): string | undefined => {
  if (knownParameter(name)) return undefined;
  return nearest(name.replace(/\[\d*\]$|\d+$/, ''), Object.keys(messageParameters));
};

const isEmpty = ({ literal, value }: FormParameter): boolean => literal && value.trim() === '';

const problem = (
  { line, column }: FormParameter,
  severity: ParameterProblem['severity'],
  code: string,
  message: string,
  mend?: string,
): ParameterProblem => ({
  severity,
  code,
  message,
  ...(mend === undefined ? {} : { mend }),
  ...(line === undefined ? {} : { line }),
  ...(column === undefined ? {} : { column }),
});
