import { expect, it } from 'vitest';
import { makeTwilioBasic, withoutOurSettings } from './demo-house.js';

it('keeps the demo away from the real thing, whatever the environment says', () => {
  const env = {
    PATH: '/bin',
    LOG_LEVEL: 'debug',
    WORKER_CONCURRENCY: '5',
    QUAIL_ADMIN_PASSWORD: 'mine',
    DATABASE_URL: 'postgres://real',
    REDIS_URL: 'redis://real',
    SOURCE_DATABASE_URL: 'postgres://customers',
    SOURCE_CRM_DATABASE_URL: 'postgres://crm',
    QUAIL_SECRET_TWILIO_BASIC: 'real',
    QUAIL_TWILIO_BASE_URL: 'https://api.twilio.com',
    PUBLIC_URL: 'https://real',
    MONITOR_PORT: '80',
  };
  expect(withoutOurSettings(env)).toEqual({
    PATH: '/bin',
    LOG_LEVEL: 'debug',
    WORKER_CONCURRENCY: '5',
    QUAIL_ADMIN_PASSWORD: 'mine',
  });
});

it('makes up credentials for each demo', () => {
  expect(Buffer.from(makeTwilioBasic(), 'base64').toString()).toMatch(/^AC0{31}1:[0-9a-f]{32}$/);
  expect(makeTwilioBasic()).not.toBe(makeTwilioBasic());
});
