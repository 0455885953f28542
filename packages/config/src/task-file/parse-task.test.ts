import { type Problem, ProblemsError } from '@quailrunner/domain';
import { describe, expect, it } from 'vitest';
import { parseTask } from './parse-task.js';

const parse = (settings: unknown, predicate = 'select 1 as entity_pk') =>
  parseTask({ settings, predicate }, { scanIntervalMs: 10_000 });

const problemsOf = (...task: Parameters<typeof parse>): readonly Problem[] => {
  try {
    parse(...task);
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems;
    throw error;
  }
  return [];
};

const action = { url: 'https://example.com/hook', body: '# not a comment' };

describe('a task given as JSON', () => {
  it('is read as its file would be, numbers and null too', () => {
    const { settings } = parse({
      name: 'x',
      action,
      retries: 3,
      recheck: false,
      success: [200],
      rate: null,
      every: '1m',
    });
    expect(settings).toMatchObject({ name: 'x', action: { ...action, headers: {} }, retries: 3, recheck: false });
    expect(settings).toMatchObject({ success: [[200, 200]], everyMs: 60_000 });
    expect(settings).not.toHaveProperty('ratePerSecond');
  });

  it('names each mistake by its setting', () => {
    expect(problemsOf({ action: { url: 'x', bdy: 'y' }, retries: 99, every: 'soon' }, ' -- nothing')).toEqual([
      expect.objectContaining({
        where: 'every',
        message: '"every" must be a duration from 1s to 20d, such as 10s, 5m or 1h, not "soon"',
      }),
      expect.objectContaining({ where: 'action.bdy', mend: expect.stringContaining('did you mean "body"?') }),
      expect.objectContaining({ where: 'retries', message: '"retries" must be a whole number from 0 to 50, not "99"' }),
      expect.objectContaining({ where: 'predicate', code: 'TASK_NO_PREDICATE' }),
    ]);
    expect(problemsOf({ action })).toEqual([expect.objectContaining({ where: 'name' })]);
    for (const settings of [undefined, null, [], 'text', 7]) {
      expect(problemsOf(settings).map(({ where }) => where)).toContainEqual(
        expect.stringMatching(/^(settings|action)$/),
      );
    }
  });
});
