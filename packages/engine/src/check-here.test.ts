import { defaultBackoff } from '@quailrunner/domain';
import { expect, it } from 'vitest';
import { checkHere, type Here } from './check-here.js';
import { compileTask } from './compile-task.js';

const check = (here: Here, { url = 'https://example.com/x', authorization = 'Bearer {{ secrets.hook }}' } = {}) => {
  const headers = { 'Content-Type': 'text/plain', Authorization: authorization };
  const settings = {
    name: 'hook',
    source: 'default',
    everyMs: 10_000,
    action: { url, headers, body: 'x' },
    retries: 5,
    backoff: defaultBackoff,
    recheck: true,
    timeoutMs: 1_000,
    success: [[200, 299]] as const,
  };
  return checkHere(compileTask({ predicate: '', settings }), here);
};

it('a secret that is set is fine', () => {
  expect(check({ secrets: { hook: 'x' } })).toEqual([]);
});

it('a secret that is not set is told with its variable, its place, and the one that was meant', () => {
  expect(check({ secrets: { hooks: 'x' } })).toEqual([
    {
      code: 'SECRET_NOT_SET',
      message: 'the secret "hook" is not set here: schedulers and workers need QUAIL_SECRET_HOOK',
      mend: 'did you mean "hooks"?',
      where: 'action.headers.Authorization',
    },
  ]);
  expect(check({ secrets: { other: 'x' } })[0]).not.toHaveProperty('mend');
});

it.each(['http://127.0.0.1:8080/x', 'http://localhost/{{.id}}', 'http://[::1]/', 'http://10.1.2.3/'])(
  'a private target is told where it is not listed: %s',
  (url) => {
    const secrets = { hook: 'x' };
    expect(check({ secrets, allowPrivateTargets: [] }, { url })).toMatchObject([
      { code: 'TARGET_NOT_ALLOWED', where: 'action.url' },
    ]);
    expect(check({ secrets, allowPrivateTargets: ['127.0.0.0/8', '::1/128', '10.0.0.0/8'] }, { url })).toEqual([]);
    expect(check({ secrets }, { url })).toEqual([]);
  },
);
