/** What `npm run chaos` may be told. */
import { parseArgs } from 'node:util';

export interface ChaosOptions {
  /** `storm`: everything is being killed; `kills`: a busy worker is killed again and again. */
  readonly scenario: 'storm' | 'kills';
  readonly entities: number;
  /** How long faults go on. */
  readonly minutes: number;
  /** Draws the faults: the same seed, the same faults at the same times. */
  readonly seed: number;
  readonly receipts: boolean;
  readonly lookUp: boolean;
  /** As if the product repeated blindly what was not answered: the proof that the proof can fail. */
  readonly naive: boolean;
  /** Else the processes' logs are kept only where the verdict isn't clean. */
  readonly keepLogs: boolean;
  /** Where the report goes as JSON. */
  readonly jsonFile?: string;
}

export class UsageError extends Error {}

export const usage = `npm run chaos -- [options]
  --scenario storm|kills   everything is being killed, or a busy worker again and again (storm)
  --entities N             messages to send (5000; kills: 5300)
  --minutes M              how long faults go on (5)
  --seed S                 draws the faults (random)
  --receipts on|off        Twilio's status callbacks (on)
  --look-up on|off         asking Twilio what became of a message; off: a person is asked (on)
  --naive                  repeat blindly what was not answered: must be found out
  --keep-logs              keep the processes' logs whatever the verdict
  --json FILE              write the report there`;

/** Throws UsageError. */
export const parseOptions = (args: readonly string[], randomSeed: number): ChaosOptions => {
  const values = parse(args);
  const scenario = oneOf('scenario', ['storm', 'kills'], values.scenario ?? 'storm');
  return {
    scenario,
    entities: number('entities', values.entities ?? (scenario === 'kills' ? '5300' : '5000'), wholeFrom(4, 1_000_000)),
    minutes: number('minutes', values.minutes ?? '5', (minutes) => minutes > 0 && minutes <= 24 * 60),
    seed: number('seed', values.seed ?? String(randomSeed), wholeFrom(0, 2 ** 32 - 1)),
    receipts: oneOf('receipts', ['on', 'off'], values.receipts ?? 'on') === 'on',
    lookUp: oneOf('look-up', ['on', 'off'], values['look-up'] ?? 'on') === 'on',
    naive: values.naive ?? false,
    keepLogs: values['keep-logs'] ?? false,
    ...(values.json === undefined ? {} : { jsonFile: values.json }),
  };
};

const text = { type: 'string' } as const;

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        scenario: text,
        entities: text,
        minutes: text,
        seed: text,
        receipts: text,
        'look-up': text,
        naive: { type: 'boolean' },
        'keep-logs': { type: 'boolean' },
        json: text,
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
};

const oneOf = <Word extends string>(name: string, words: readonly Word[], given: string): Word => {
  const word = words.find((one) => one === given);
  if (word === undefined) throw new UsageError(`--${name} must be ${words.join(' or ')}, not "${given}"`);
  return word;
};

const number = (name: string, given: string, isFine: (value: number) => boolean): number => {
  const value = /^\d+(?:\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
  if (!isFine(value)) throw new UsageError(`--${name} can't be "${given}"`);
  return value;
};

const wholeFrom =
  (fewest: number, most: number) =>
  (value: number): boolean =>
    Number.isInteger(value) && value >= fewest && value <= most;
