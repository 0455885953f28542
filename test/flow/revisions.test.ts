import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage, type Stage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';

/** The steps tell one story; each begins where the one before ended. */
describe('a changed task', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    await stage.source.query(createUsers(3));
    stage.start(['scheduler']);
    stage.start(['worker']);
  }, 60_000);
  afterAll(() => stage.close());

  const write = (text: string, settings = ''): Promise<string> =>
    stage.writeTask(
      'welcome',
      smsTask({
        name: 'welcome',
        predicate: 'SELECT phone_number AS entity_pk, phone_number FROM public.users ORDER BY 1',
        body: `From=+15005550006&To={{.phone_number}}&Body=${text}`,
        settings: `every: 1s\n${settings}`,
      }),
    );

  const apply = async (text: string, settings?: string): Promise<string> => {
    const applied = await stage.quail('task', 'apply', await write(text, settings));
    expect(applied).toMatchObject({ code: 0 });
    return applied.stdout;
  };

  const texts = async (): Promise<string[]> => {
    const answer = await fetch(`${stage.sandbox.url}/sandbox/messages?limit=100`);
    const { messages } = (await answer.json()) as { messages: { body: string }[] };
    return messages.map(({ body }) => body).toSorted();
  };

  /** A scan of the newest revision has ended. */
  const untilScanned = async (): Promise<void> => {
    const sql = `select from quailrunner.tasks t join quailrunner.scans s on s.task_id = t.id and s.revision = t.revision
      where s.finished_at is not null`;
    const isScanned = async () => ((await stage.ledger.query(sql)).rowCount ?? 0) > 0;
    await waitUntil(isScanned, { what: 'a scan of the newest revision', timeoutMs: 30_000 });
  };

  const untilSent = (total: number) =>
    waitUntil(async () => (await texts()).length === total, { what: `${total} messages`, timeoutMs: 30_000 });

  it('is for new entities only, unless it says otherwise', async () => {
    await apply('one');
    await untilSent(3);
    await apply('two');
    await untilScanned();
    await stage.source.query(`insert into public.users (phone_number) values ('+15550000004')`);
    await untilSent(4);
    expect(await texts()).toEqual(['one', 'one', 'one', 'two']);
  });

  it('that says resend is for those who are done as well, once for each change of its action', async () => {
    const planned = await stage.quail('task', 'plan', await write('three', 'onChange: resend'), '--json');
    expect(JSON.parse(planned.stdout).plans[0].entities).toMatchObject({ matched: 4, claimed: 4, sent: 4, again: 4 });
    expect(await apply('three', 'onChange: resend')).toContain(
      'whoever is done with an older message gets this one, too',
    );
    await untilSent(8);
    await untilScanned();
    expect(await apply('three', 'onChange: resend\nretries: 2')).not.toContain('whoever is done');
    await untilScanned();
    await apply('four', 'onChange: resend\nretries: 2');
    await untilSent(12);
    const [four, three] = ['four', 'three'].map((text) => Array(4).fill(text));
    expect(await texts()).toEqual([...(four ?? []), 'one', 'one', 'one', ...(three ?? []), 'two']);
  });

  it('says so where onChange alone is changed: those sent by an older action get the one of now', async () => {
    expect(await apply('five', 'retries: 2')).not.toContain('whoever is done');
    await untilScanned();
    const planned = await stage.quail('task', 'plan', await write('five', 'onChange: resend\nretries: 2'), '--json');
    expect(JSON.parse(planned.stdout).plans[0].entities).toMatchObject({ claimed: 4, again: 4 });
    expect(await apply('five', 'onChange: resend\nretries: 2')).toContain('whoever is done with an older message');
    await untilSent(16);
    await apply('five', 'retries: 2');
    expect(await apply('five', 'onChange: resend\nretries: 2')).not.toContain('whoever is done');
  });

  it('leaves the story of what was done as it was', async () => {
    const { stdout } = await stage.quail('runs', 'list', '--limit', '50');
    expect(stdout.match(/\+15550000001(?:~done-\d+)? +completed/g)).toHaveLength(4);
    const rows = JSON.parse((await stage.quail('runs', 'list', '--entity', '+15550000001', '--json')).stdout);
    expect(rows).toMatchObject([{ state: 'completed', revision: 7, attempts: 1 }]);
  });
});
