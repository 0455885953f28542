import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage, type Stage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';

interface ShownPlan {
  readonly change: string;
  readonly changed: string[];
  readonly entities: {
    matched: number;
    claimed: number;
    sent: number;
    suppressed: number;
    again: number;
    bad: { reason: string; count: number; entityPk: string }[];
    known: Record<string, number>;
  };
  readonly messages: {
    segments: number;
    duplicates: number;
    ucs2: number;
    signs: string[];
    countries: Record<string, number>;
    cost?: { total: number; unpriced: number; currency: string };
  };
  readonly lanes: { lane: string; segments: number; ratePerSecond: number; backlog: number; seconds: number }[];
  readonly warnings: { code: string; message: string }[];
  readonly samples: { headers: Record<string, string>; body: string; phone: { to: string; text: string } }[];
}

const people = 40;

/** The steps tell one story; each begins where the one before ended. */
describe('a plan', () => {
  let stage: Stage;
  let task: string;

  beforeAll(async () => {
    stage = await openStage();
    await stage.source.query(createUsers(people));
    const long = 'x'.repeat(200);
    await stage.source.query(`
      update public.users set first_name = '${long}' where phone_number in ('+15550000003', '+15550000004');
      update public.users set first_name = 'Ada 🐦' where phone_number = '+15550000005';
      update public.users set phone_number = '+15550000006' where phone_number = '+15550000007';
      update public.users set phone_number = '5550000' where phone_number = '+15550000008';
      update public.users set phone_number = '+1555' where phone_number = '+15550000009';
      update public.users set phone_number = '+4915123456789' where phone_number = '+15550000010';
      alter table public.users add column wants boolean not null default true;
      update public.users set wants = false where phone_number = '+15550000011'`);
    task = await write('Hello {{.first_name}}!', 'wants');
    const [account] = stage.sandbox.accounts;
    const sender = `${account?.sid}/+15005550006`;
    await stage.quail('migrate');
    const added = await stage.quail('suppressions', 'add', '--sender', sender, '--number', '+15550000001');
    expect(added).toMatchObject({ code: 0 });
  }, 60_000);

  afterAll(() => stage.close());

  const write = (
    body: string,
    where: string,
    from = '+15005550006',
    settings = 'every: 1s\nrate: 10/s',
  ): Promise<string> =>
    stage.writeTask(
      'welcome',
      smsTask({
        name: 'welcome',
        settings,
        predicate: `SELECT uuid AS entity_pk, phone_number, first_name FROM public.users WHERE ${where}`,
        body: `From=${from}&To={{.phone_number}}&Body=${body}`,
      }),
    );

  const plan = async (...more: string[]): Promise<ShownPlan> => {
    const planned = await stage.quail('task', 'plan', task, '--json', ...more);
    expect(planned).toMatchObject({ code: 0, stderr: '' });
    return JSON.parse(planned.stdout).plans[0];
  };

  it('tells what a task that is not applied yet would do, and does nothing', async () => {
    const prices = await stage.writeTask('prices', 'currency: USD\nsms: { "+1": 0.01 }\n');
    const shown = await plan('--prices', prices);
    expect(shown.change).toBe('new');
    expect(shown.entities).toEqual({
      matched: people - 1,
      claimed: people - 1,
      sent: people - 1 - 2 - 1,
      again: 0,
      suppressed: 1,
      known: {},
      bad: expect.toSatisfy((rows: ShownPlan['entities']['bad']) => {
        expect(rows.toSorted((one, other) => one.reason.localeCompare(other.reason))).toEqual([
          {
            reason: 'the number in To is too short or too long for its country',
            count: 1,
            entityPk: expect.stringMatching(/^[0-9a-f-]{36}$/),
          },
          {
            reason: 'the number in To names no country: write it with a plus, or set defaultRegion',
            count: 1,
            entityPk: expect.stringMatching(/^[0-9a-f-]{36}$/),
          },
        ]);
        return true;
      }),
    });
    expect(shown.messages).toMatchObject({
      segments: people - 4 + 2, // Two of them take two.
      duplicates: 1,
      ucs2: 1,
      signs: ['🐦'],
      countries: { '+1': people - 5, '+49': 1 },
      cost: { currency: 'USD', total: 0.01 * (people - 5 + 2), unpriced: 1 },
    });
    expect(shown.lanes).toMatchObject([{ lane: 'twilio/AC0000…0007/•••06', ratePerSecond: 10, backlog: 0 }]);
    expect(shown.samples[0]).toMatchObject({
      headers: { Authorization: 'Basic ********' },
      phone: { text: expect.stringContaining('Hello Ada') },
    });
    expect((await stage.ledger.query('select from quailrunner.tasks')).rows).toEqual([]);
    expect(await stage.sent()).toMatchObject({ total: 0 });
  });

  it('reads well in a terminal, and shows no credential', async () => {
    const { stdout } = await stage.quail('task', 'plan', task);
    expect(stdout).toMatch(
      /^welcome\ntask {7}new: it is not applied yet\nmatches {4}39\nto send {4}36 messages\nopted out {2}1, skipped\nfails/,
    );
    expect(stdout).toContain('twice      1 message would go to a number that gets one already');
    expect(stdout).toContain('cost       unknown: there is no price table (--prices)');
    expect(stdout).toMatch(/36 messages, 38 segments at 10\/s: the last one leaves after about 4s/);
    expect(stdout).toMatch(/\n {2}\+15005550006 → \+1555\d+\n {2}│ Hello Ada!/);
    expect(stdout).toMatch(/Nothing was written, and nothing was sent\.\n$/);
    expect(stdout).not.toContain(stage.basic);
  });

  it('is what the sending then does', async () => {
    const before = await plan();
    stage.start(['scheduler']);
    stage.start(['worker']);
    expect(await stage.quail('task', 'apply', task)).toMatchObject({ code: 0 });
    const states = async (): Promise<Record<string, number>> => {
      const { rows } = await stage.ledger.query('select state, count(*)::int as n from quailrunner.runs group by 1');
      return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
    };
    const isDone = async () => (await states()).completed === before.entities.sent;
    await waitUntil(isDone, { what: 'all messages', timeoutMs: 40_000 });
    expect(await states()).toEqual({ completed: 36, failed: 2, skipped: 1 });
    const answer = await fetch(`${stage.sandbox.url}/sandbox/messages?limit=1000`);
    const { messages } = (await answer.json()) as { messages: { segmentCount: number }[] };
    expect(messages.reduce((sum, { segmentCount }) => sum + segmentCount, 0)).toBe(before.messages.segments);
  }, 60_000);

  it('of a revision tells what it changes, and whom it adds', async () => {
    task = await write('Good day, {{.first_name}}!', 'true');
    const shown = await plan();
    expect(shown).toMatchObject({ change: 'changed', changed: ['predicate', 'action.body'] });
    expect(shown.entities).toMatchObject({
      matched: 40,
      claimed: 2, // The new one, and the one that was skipped, who is skipped again.
      sent: 1,
      suppressed: 1,
      known: { completed: 36, failed: 2 },
    });
  });

  it('of another sender counts those who have opted out of the old one, and warns of them', async () => {
    task = await write('Good day, {{.first_name}}!', 'true', '+15005550007');
    const shown = await plan();
    expect(shown.entities).toMatchObject({ claimed: 2, sent: 2, suppressed: 0, known: { completed: 36, failed: 2 } });
    expect(shown.warnings).toMatchObject([
      {
        code: 'OPTED_OUT_OF_FORMER_SENDER',
        message: '1 who opted out of twilio/AC0000…0007/•••06 would get messages from twilio/AC0000…0007/•••07',
      },
    ]);
    await stage.source.query(`update public.users set wants = false where phone_number = '+15550000001'`);
    task = await write('Good day, {{.first_name}}!', 'wants', '+15005550007');
    expect(await plan()).toMatchObject({ entities: { claimed: 0 }, warnings: [] });
    await stage.source.query(`update public.users set wants = true where phone_number = '+15550000001'`);
  });

  it('counts whom the next scan looks at again because their row is another', async () => {
    task = await write('Hello {{.first_name}}!', 'wants');
    await stage.source.query(
      `update public.users set phone_number = '+15550000077' where phone_number = '+15550000001'`,
    );
    expect((await plan()).entities).toMatchObject({ claimed: 1, sent: 1, suppressed: 0 });
    await stage.source.query(
      `update public.users set phone_number = '+15550000001' where phone_number = '+15550000077'`,
    );
  });

  it('names settings as the file does, and counts as sent again only whom it sends to', async () => {
    task = await write('Hello {{.first_name}}!', 'wants', '+15005550006', 'every: 2s\nrate: 20/s\ntimeout: 9s');
    expect((await plan()).changed.toSorted()).toEqual(['every', 'rate', 'timeout']);
    task = await write('Bye {{.first_name}}!', 'wants', '+15005550006', 'every: 1s\nrate: 10/s\nonChange: resend');
    await stage.source.query(`update public.users set phone_number = '12' where phone_number = '+15550000012'`);
    expect((await plan()).entities).toMatchObject({ claimed: 37, sent: 35, again: 35 });
    await stage.source.query(`update public.users set phone_number = '+15550000012' where phone_number = '12'`);
  });

  it('tells how many runs of active tasks wait before', async () => {
    await stage.quail('task', 'pause', 'welcome');
    await stage.ledger.query(`
      insert into quailrunner.runs (task_id, revision, entity_pk, columns, lane_id, scan_id)
      select t.id, 1, 'waits', '{}', (select min(id) from quailrunner.lanes), 0 from quailrunner.tasks t`);
    expect((await plan()).lanes[0]).toMatchObject({ backlog: 0 });
    await stage.ledger.query(`delete from quailrunner.runs where entity_pk = 'waits'`);
  });

  it('of a task by its name is one of its newest revision', async () => {
    const planned = await stage.quail('task', 'plan', 'welcome', '--json');
    expect(JSON.parse(planned.stdout).plans[0]).toMatchObject({ change: 'unchanged', entities: { claimed: 0 } });
    expect(await stage.quail('task', 'plan', 'nobody')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nobody'),
    });
  });

  it('warns of a predicate that reads a large table whole, and of a price table that is none', async () => {
    await stage.source.query(`
      create table public.events as select n as id, '+1555' || lpad(n::text, 7, '0') as phone_number from generate_series(1, 200000) n;
      analyze public.events`);
    task = await stage.writeTask(
      'events',
      smsTask({ name: 'events', predicate: 'SELECT id AS entity_pk, phone_number FROM public.events WHERE id = 7' }),
    );
    const { stdout } = await stage.quail('task', 'plan', task);
    expect(stdout).toMatch(/the predicate reads all of public\.events, about 200,000 rows, for 1 of them/);
    const prices = await stage.writeTask('bad-prices', 'currency: dollars\nsms: { "+1": cheap }\nfax: {}\n');
    const refused = await stage.quail('task', 'plan', task, '--prices', prices);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/bad-prices\.sql:1:1: "currency" must be three letters, such as USD/);
    expect(refused.stderr).toMatch(/bad-prices\.sql:2:8: "sms\.\+1" must be a price such as 0\.0083/);
    expect(refused.stderr).toMatch(/there is no "fax"/);
  });

  it('counts each message to a number that gets one already, and every message of a thousand lanes', async () => {
    const planOf = async (lanes: number) => {
      const numbers = "'+1500555' || lpad((n % 4)::text, 4, '0') AS number";
      task = await stage.writeTask(
        'many',
        smsTask({
          name: 'many',
          predicate: `SELECT n AS entity_pk, ${numbers}, '+1555' || 1000000 + n % ${lanes} AS sender FROM generate_series(1, 2004) n`,
          body: 'From={{.sender}}&To={{.number}}&Body=Hello',
        }),
      );
      return plan();
    };
    const single = await planOf(1);
    expect(single).toMatchObject({ entities: { sent: 2004 }, messages: { duplicates: 2000 } });
    const full = await planOf(1_000);
    expect(full.warnings).toEqual([]);
    expect(full.lanes.reduce((sum, { segments }) => sum + segments, 0)).toBe(2004);
    const { warnings } = await planOf(1_001);
    expect(warnings).toMatchObject([
      { code: 'TASK_TOO_MANY_LANES', message: "the task's senders make more than 1000 lanes" },
    ]);
  });

  it('and a check warn of a secret that is not set here, and of a target that may not be reached', async () => {
    const text = smsTask({ name: 'hook', url: 'http://10.1.2.3/hook', body: 'Hello' })
      .replace('twilio_basic', 'twilo_basic')
      .replace('x-www-form-urlencoded', 'json')
      .replace('Hello', "'[1]'");
    task = await stage.writeTask('hook', text);
    expect((await plan()).warnings).toMatchObject([
      { code: 'SECRET_NOT_SET', mend: 'did you mean "twilio_basic"?', line: 7 },
      { code: 'TARGET_NOT_ALLOWED', line: 4 },
    ]);
    const { stderr } = await stage.quail('task', 'check', task);
    expect(stderr).toContain(
      'the secret "twilo_basic" is not set here: schedulers and workers need QUAIL_SECRET_TWILO_BASIC',
    );
    expect(stderr).toContain('nothing may be sent to 10.1.2.3: ');
  });
});
