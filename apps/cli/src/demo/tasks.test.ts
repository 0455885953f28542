import { fileURLToPath } from 'node:url';
import { readTaskFiles } from '@quailrunner/config';
import { compileTask } from '@quailrunner/engine';
import { describe, expect, it } from 'vitest';
import { expectedMs, expectOf } from './expectation.js';
import { makePeople } from './people.js';

const read = (path: string) =>
  readTaskFiles([fileURLToPath(new URL(`../../../../examples/${path}`, import.meta.url))], { scanIntervalMs: 10_000 });

describe('the tasks of the demo', async () => {
  const files = await read('demo/tasks');
  const settings = files.map(({ definition }) => definition.settings);

  it("are the guide's SMS, word for word, and an MMS", () => {
    const welcome = files.find(({ definition }) => definition.settings.name === 'welcome-sms')?.definition;
    expect(welcome?.predicate.trim()).toBe(
      'SELECT uuid AS entity_pk, phone_number FROM public.users WHERE deleted_at IS NULL;',
    );
    expect(welcome?.settings.action.body).toBe('From=+15005550006&To={{.phone_number}}&Body=Hello!');
    const picture = settings.find(({ name }) => name === 'picture-mms');
    expect(picture?.action.body).toMatch(/^MessagingServiceSid=.*&MediaUrl=.*\{\{\.first_name\}\}/);
  });

  it('are those that the demo expects, and end within a third of a minute', () => {
    const expected = expectOf(makePeople(1_000));
    expect([...expected.keys()].toSorted()).toEqual(settings.map(({ name }) => name).toSorted());
    const rates = new Map(settings.map(({ name, ratePerSecond }) => [name, ratePerSecond ?? 0]));
    expect(expectedMs(expected, rates)).toBeLessThan(20_000);
  });
});

it('every example is a task', async () => {
  const files = await read('tasks');
  expect(files.length).toBeGreaterThan(2);
  for (const { definition } of files) expect(compileTask(definition).settings).toBe(definition.settings);
});
