/** What fields of the API's requests and answers have in common: how they are written, and how long they may be. */
import { parseRate, runStates } from '@quailrunner/domain';
import { z } from 'zod';

/** As the document tells a field that arrives as text in an address: what stands in the text. */
const given = (schema: Record<string, unknown>) => ({ given: schema });

/** PostgreSQL's text can't hold the sign that stands for nothing. */
export const text = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\0]*$/, 'must not contain U+0000');

export const taskName = z
  .string()
  .max(63)
  .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, "must be at most 63 of a-z, 0-9 and '-'")
  .meta({ description: 'The name of a task.' });

/** The ledger's bigint, as text. */
export const id = z
  .string()
  .max(18)
  .regex(/^[1-9]\d*$/, 'must be digits');

export const laneId = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'must be a number')
  .transform(Number)
  .meta(given({ type: 'integer', minimum: 1, maximum: 999_999_999 }));

export const actorName = z
  .string()
  .max(63)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._@-]*[A-Za-z0-9])?$/, 'must be letters and digits, with . _ @ - between them');

/** A moment that is asked for. */
export const moment = z.iso
  .datetime({ offset: true })
  .transform((told) => new Date(told))
  .meta(given({ type: 'string', format: 'date-time' }));

/** A moment that is told. */
export const time = z.date();

export const runState = z.enum(runStates);

export const count = z.number().min(0);

export const rate = z
  .string()
  .max(40)
  .transform((given, context) => {
    const ratePerSecond = parseRate(given);
    if (ratePerSecond !== undefined) return ratePerSecond;
    context.addIssue({ code: 'custom', message: 'must be a rate such as 10/s, 60/min or 1000/h' });
    return z.NEVER;
  });

export const runCounts = z
  .object(
    Object.fromEntries(runStates.map((state) => [state, count])) as Record<(typeof runStates)[number], typeof count>,
  )
  .meta({ id: 'RunCounts', description: 'How many runs are in each state.' });

export const problem = z
  .object({
    code: z.string(),
    message: z.string(),
    mend: z.string().optional(),
    where: z.string().optional().meta({ description: 'The field, the setting, or the part of the task.' }),
    line: z.int().optional(),
    column: z.int().optional(),
  })
  .meta({ id: 'Mistake', description: 'What is wrong in what was given: where, and how to mend it.' });

export const who = z
  .object({ kind: z.enum(['user', 'token', 'cli', 'system']), name: z.string() })
  .meta({ id: 'Actor', description: 'Who did it.' });
