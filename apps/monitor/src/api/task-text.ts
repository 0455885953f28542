/** A task as programs give it and are told it: the settings of a task file as JSON, and the SQL beside them. */
import { parseTask, writeSettings } from '@quailrunner/config';
import { ProblemsError, type TaskDefinition } from '@quailrunner/domain';
import { z } from 'zod';
import { putBackCredentials } from '../console/draft-of-task.js';
import { maskFor } from '../console/present-task.js';
import { text } from './fields.js';

const written = (description: string) => ({ type: 'string', description });

/** What parseTask takes, which tells each mistake with its mend. */
const shape = {
  type: 'object',
  description: 'Named and written as in a task file: see docs/tasks.md.',
  required: ['action'],
  properties: {
    name: written('That of the address, where one is named there.'),
    source: written('Which database; `default` unless set.'),
    every: written('How often the predicate is asked: 10s, 5m.'),
    action: {
      type: 'object',
      required: ['url'],
      additionalProperties: false,
      properties: {
        url: written('Where the POST goes. A template.'),
        headers: { type: 'object', additionalProperties: { type: 'string' } },
        body: written('A template.'),
      },
    },
    retries: { type: ['integer', 'string'] },
    backoff: { type: 'object' },
    rate: written('10/s, 60/min, 1000/h.'),
    lane: written('Shared by the tasks that name it.'),
    defaultRegion: written('Two letters of ISO 3166-1.'),
    recheck: { type: ['boolean', 'string'] },
    onChange: { enum: ['keep', 'resend'] },
    onUnknown: { enum: ['hold', 'retry', 'fail'] },
    timeout: written('Of one POST: 15s.'),
    success: { type: 'array', items: { type: ['integer', 'string'] } },
    signWith: written('The name of a secret.'),
    sharedSecret: written('The name of a secret.'),
  },
};

/** What is nested deeper is no settings, and would cost whoever reads it. */
const deepest = 8;
const isShallow = (value: unknown, left = deepest): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (left > 0 && Object.values(value).every((part) => isShallow(part, left - 1)));

export const taskText = {
  settings: z
    .custom<Readonly<Record<string, unknown>>>(
      (given) => typeof given === 'object' && given !== null && !Array.isArray(given),
      'must be the settings of a task',
    )
    .refine((settings) => isShallow(settings), 'is nested too deep')
    .meta({ given: shape, description: shape.description }),
  predicate: text(50_000).meta({ description: 'SQL that returns one row per entity, its key as entity_pk.' }),
};

export const definition = z
  .object({
    settings: z.record(z.string(), z.unknown()).meta({
      description: 'As in a task file; credentials are masked. Given back as they are, they stay what they were.',
    }),
    predicate: z.string(),
  })
  .meta({ id: 'TaskDefinition' });

/** Numbers in its texts keep their last two digits for whoever may not act. */
export const presentDefinition = (task: TaskDefinition, mayAct: boolean): z.input<typeof definition> => {
  const mask = maskFor({ mayAct });
  const { settings, predicate } = mask.definition(task);
  const { url, headers, body } = settings.action;
  const action = {
    url: mask.text(url),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, mask.text(value)])),
    body: mask.text(body),
  };
  return { settings: { ...writeSettings({ ...settings, action }) }, predicate: mask.text(predicate) };
};

interface Given {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly predicate: string;
}

interface Around {
  readonly scanIntervalMs: number;
  /** That of the address. */
  readonly name?: string;
  /** As it is saved. */
  readonly saved?: TaskDefinition | undefined;
}

/** Throws ProblemsError. */
export const readDefinition = (
  { settings, predicate }: Given,
  { scanIntervalMs, name, saved }: Around,
): TaskDefinition => {
  if (name !== undefined && settings.name !== undefined && settings.name !== name) throw otherName();
  const named = name === undefined ? settings : { ...settings, name };
  const parsed = parseTask({ settings: named, predicate }, { scanIntervalMs });
  return putBackCredentials(parsed, saved);
};

const otherName = (): ProblemsError =>
  new ProblemsError([
    {
      code: 'TASK_NAME_DIFFERS',
      message: 'the name in the settings is another one than in the address',
      mend: 'leave it out of the settings',
      where: 'name',
    },
  ]);
