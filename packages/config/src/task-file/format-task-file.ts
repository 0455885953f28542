/** A task as a file: valid SQL whose first comment holds the settings. `parseTaskFile` reads back what this writes. */
import { parseRate, type TaskDefinition, type TaskSettings } from '@quailrunner/domain';
import { Document, Scalar, visit } from 'yaml';

export const formatTaskFile = ({ settings, predicate }: TaskDefinition): string => {
  const document = new Document(writeSettings(settings), { schema: 'failsafe' });
  visit(document, { Scalar: (_, node) => void (isAwkward(node) && setQuoted(node)) });
  const yaml = document.toString({ lineWidth: 0 });
  return `/*\n${withoutCommentSigns(yaml)}*/\n${predicate}`;
};

/** Settings as a task file has them: all as text. */
export interface WrittenSettings {
  readonly name: string;
  readonly source: string;
  readonly every: string;
  readonly action: {
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  readonly retries: string;
  readonly backoff: Readonly<Record<'first' | 'factor' | 'max' | 'jitter', string>>;
  readonly rate?: string;
  readonly lane?: string;
  readonly defaultRegion?: string;
  readonly recheck: string;
  readonly onChange?: string;
  readonly onUnknown?: string;
  readonly timeout: string;
  readonly success: readonly string[];
  readonly signWith?: string;
  readonly sharedSecret?: string;
}

export const writeSettings = ({ action, backoff, ...settings }: TaskSettings): WrittenSettings => {
  const { body, headers, url } = action;
  const { rate, lane, defaultRegion, onChange, onUnknown, signWith, sharedSecret } = {
    ...settings,
    rate: settings.ratePerSecond === undefined ? undefined : formatRate(settings.ratePerSecond),
  };
  // In the order in which a person would write them.
  return {
    name: settings.name,
    source: settings.source,
    every: formatExactly(settings.everyMs),
    action: { url, ...(Object.keys(headers).length > 0 && { headers }), ...(body !== '' && { body }) },
    retries: String(settings.retries),
    backoff: {
      first: formatExactly(backoff.firstMs),
      factor: String(backoff.factor),
      max: formatExactly(backoff.maxMs),
      jitter: String(backoff.jitter),
    },
    ...(rate !== undefined && { rate }),
    ...(lane !== undefined && { lane }),
    ...(defaultRegion !== undefined && { defaultRegion }),
    recheck: String(settings.recheck),
    ...(onChange !== undefined && { onChange }),
    ...(onUnknown !== undefined && { onUnknown }),
    timeout: formatExactly(settings.timeoutMs),
    success: settings.success.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)),
    ...(signWith !== undefined && { signWith }),
    ...(sharedSecret !== undefined && { sharedSecret }),
  };
};

const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;

/** In the largest unit of which it is a whole number. */
const formatExactly = (ms: number): string => {
  const [unit, size] = Object.entries(units).find(([, size]) => ms >= size && ms % size === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
};

/** In the unit in which it is a whole number; read back, it is the very same. */
const formatRate = (ratePerSecond: number): string => {
  const written = Object.entries({ s: 1, min: 60, h: 3_600 }).map(
    ([unit, seconds]) => `${Math.round(ratePerSecond * seconds)}/${unit}`,
  );
  return written.find((text) => parseRate(text) === ratePerSecond) ?? `${ratePerSecond}/s`;
};

/** Signs that YAML would take for something else, or drop, and those that would end the comment in SQL. */
const isAwkward = ({ value }: Scalar): boolean =>
  typeof value === 'string' &&
  (/\/\*|\*\//.test(value) ||
    /[^\n\x20-\x7e\u{a0}-\u{d7ff}\u{e000}-\u{fefe}\u{ff00}-\u{fffd}\u{10000}-\u{10ffff}]/u.test(value) ||
    /^\s|[ ]\n|\s$/.test(value));

const setQuoted = (node: Scalar): void => {
  node.type = Scalar.QUOTE_DOUBLE;
};

/** They stand in double quotes, where a sign may be written by its number. */
const withoutCommentSigns = (yaml: string): string => yaml.replaceAll('*/', '\\x2A/').replaceAll('/*', '/\\x2A');
