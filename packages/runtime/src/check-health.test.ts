import { expect, it } from 'vitest';
import { checkHealth } from './index.js';

it('is well when all checks are', async () => {
  expect(await checkHealth({ ledger: async () => 'fine', queue: async () => undefined })).toEqual({
    ok: true,
    checks: {
      ledger: { ok: true, durationMs: expect.any(Number) },
      queue: { ok: true, durationMs: expect.any(Number) },
    },
  });
  expect(await checkHealth({})).toEqual({ ok: true, checks: {} });
});

it('names what is not well by code, without a message', async () => {
  const checks = {
    fine: async () => {},
    down: async () => Promise.reject(Object.assign(new Error('connect to db.example as me'), { code: 'ECONNREFUSED' })),
    broken: () => {
      throw new Error('postgres://me:secret@db/x');
    },
  };
  const health = await checkHealth(checks);
  expect(health).toMatchObject({
    ok: false,
    checks: { fine: { ok: true }, down: { ok: false, code: 'ECONNREFUSED' }, broken: { ok: false, code: 'FAILED' } },
  });
  expect(JSON.stringify(health)).not.toMatch(/secret|example/);
});

it('does not wait for a check that hangs', async () => {
  const health = await checkHealth({ hangs: () => new Promise(() => {}), fine: async () => {} }, 20);
  expect(health).toMatchObject({ ok: false, checks: { hangs: { ok: false, code: 'TIMEOUT' }, fine: { ok: true } } });
});
