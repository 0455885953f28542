import { createToken, readAudit, readRevision, readRuns, readTask } from '@quailrunner/ledger';
import { silentLog } from '@quailrunner/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ann } from '../../../../test/support/actors.js';
import { type ApiStage, type Ask, asking, openApiStage } from '../../../../test/support/api-stage.js';
import { canaries, signIn } from '../../../../test/support/monitor-stage.js';
import { openDesk } from '../console/desk.js';
import { addRoutes } from '../routes.js';
import { openServer } from '../server.js';
import { openThrottle } from '../sign-in/throttle.js';
import { type Endpoint, roleOf } from './endpoint.js';
import { endpoints } from './endpoints.js';

let stage: ApiStage;
const ask = {} as Record<'viewer' | 'operator' | 'admin' | 'nobody', Ask>;

beforeAll(async () => {
  stage = await openApiStage();
  for (const role of ['viewer', 'operator', 'admin'] as const) ask[role] = await stage.program(`the-${role}`, role);
  ask.nobody = asking(`${stage.url}/api/v1`, {});
});
afterAll(() => stage.close());

const fill = ({ path }: Endpoint): string => path.replace('{id}', '999999').replace('{name}', 'no-such');

describe('each endpoint', () => {
  const ranks = { nobody: 0, viewer: 1, operator: 2, admin: 3 };

  it.each(endpoints.map((each) => [`${each.method} ${each.path}`, each] as const))(
    '%s: who may ask',
    async (_, each) => {
      const needed = ranks[roleOf(each)];
      for (const [role, rank] of Object.entries(ranks)) {
        // Nothing that it could do: what is asked is no JSON.
        const body = each.method === 'GET' ? {} : { body: '{', headers: { 'content-type': 'application/json' } };
        const { status, headers } = await ask[role as keyof typeof ask](each.method, fill(each), body);
        const expected = rank === 0 ? [401] : rank < needed ? [403] : [200, 400, 404];
        expect(expected, `${role} ${status}`).toContain(status);
        if (status >= 400) expect(headers.get('content-type')).toContain('application/problem+json');
      }
    },
  );

  it('changes nothing and asks nobody without a method that it has', async () => {
    for (const { path } of endpoints) {
      const answer = await ask.viewer('DELETE', path.replace('{id}', '1').replace('{name}', 'welcome-sms'));
      expect([path, answer.status]).toEqual([path, 405]);
      const allowed = answer.headers.get('allow')?.split(', ') ?? [];
      expect(allowed).toEqual(
        expect.arrayContaining(endpoints.filter((each) => each.path === path).map(({ method }) => method)),
      );
    }
    expect((await ask.nobody('DELETE', '/tasks')).status).toBe(401);
  });

  it('stands in the document, and nothing else is there', async () => {
    const app = await openServer({}, silentLog);
    const routes: string[] = [];
    app.addHook('onRoute', ({ method, url, onRequest }) => {
      // Those that refuse a method answer before all else.
      if (!url.startsWith('/api/v1') || onRequest !== undefined) return;
      for (const one of [method].flat()) if (one !== 'HEAD') routes.push(`${one} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
    });
    const options = { encryptionKey: Buffer.alloc(32, 1), hostNames: [] };
    const deps = { ...stage, log: silentLog, desk: openDesk({}), throttle: openThrottle(Date.now), reach: () => {} };
    await addRoutes(app, options, deps);
    await app.close();
    const { paths } = (await ask.viewer('GET', '/../openapi.json')).json;
    const told = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.length).toBeGreaterThan(35);
    expect(routes.toSorted()).toEqual(told.toSorted());
  });
});

describe('the document', () => {
  it('and its page are for whoever may look', async () => {
    const page = await ask.viewer('GET', '/../docs');
    expect(page.headers.get('content-type')).toContain('text/html');
    for (const { path, method } of endpoints) expect(page.text).toContain(`${method} /api/v1${path}`);
    expect((await ask.nobody('GET', '/../openapi.json')).status).toBe(401);
    const sent = await fetch(`${stage.url}/api/docs`, { headers: { accept: 'text/html' }, redirect: 'manual' });
    expect(sent.headers.get('location')).toBe('/sign-in?next=%2Fapi%2Fdocs');
  });
});

describe('a list', () => {
  it('goes page by page, and no item is left out or told twice', async () => {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { json } = await ask.viewer('GET', `/runs?limit=7${cursor && `&cursor=${cursor}`}`);
      seen.push(...json.items.map(({ runId }: { runId: string }) => runId));
      cursor = json.next;
    }
    const all = await readRuns(stage.ledger, {}, { limit: 200 });
    expect(seen).toEqual(all.map(({ runId }) => runId));
    const first = (await ask.viewer('GET', '/tasks?limit=1')).json;
    const second = (await ask.viewer('GET', `/tasks?limit=1&cursor=${first.next}`)).json;
    expect([first.items[0].name, second.items[0].name]).toEqual(['other', 'welcome-sms']);
  });

  it('refuses the cursor of another list, and says so', async () => {
    const { next } = (await ask.viewer('GET', '/tasks?limit=1')).json;
    const { status, json } = await ask.viewer('GET', `/runs?cursor=${next}`);
    expect([status, json.errors]).toEqual([
      400,
      [{ code: 'FIELD_WRONG', message: 'must be the `next` of a page of this list', where: 'query.cursor' }],
    ]);
  });

  it('of runs is found by all that one may look for', async () => {
    const found = async (query: string): Promise<number> =>
      (await ask.viewer('GET', `/runs?${query}`)).json.items.length;
    expect(await found('state=failed')).toBe(5);
    expect(await found('task=other')).toBe(5);
    expect(await found('entity=welcome-sms-3')).toBe(1);
    expect(await found('code=21211&since=2020-01-01T00:00:00Z')).toBe(5);
    expect(await found('until=2020-01-01T00:00:00%2B02:00')).toBe(0);
  });
});

describe('what is asked wrongly', () => {
  it('is told all at once, and nothing that was given is repeated', async () => {
    const { status, json, text } = await ask.admin('POST', '/users?x=1', {
      body: { name: `${canaries.firstName} X`, rolle: 'y' },
    });
    expect(status).toBe(400);
    expect(json).toMatchObject({ type: 'about:blank', status: 400, title: 'That is not how this is asked' });
    expect(json.errors.map(({ code, where }: { code: string; where: string }) => `${code} ${where}`)).toEqual([
      'FIELD_UNKNOWN query',
      'FIELD_WRONG body.name',
      'FIELD_MISSING body.role',
      'FIELD_UNKNOWN body',
    ]);
    expect(text).not.toContain(canaries.firstName);
  });

  it('is refused by its kind: no JSON, too long, another type, another method', async () => {
    const post = async (body: string, type: string): Promise<number> =>
      (await ask.operator('POST', '/tasks/check', { body, headers: { 'content-type': type } })).status;
    expect(await post('{', 'application/json')).toBe(400);
    expect(await post(`"${'x'.repeat(70_000)}"`, 'application/json')).toBe(413);
    expect(await post('a=b', 'application/x-www-form-urlencoded')).toBe(415);
    expect((await ask.viewer('GET', '/no-such-thing')).status).toBe(404);
  });
});

describe('a task', () => {
  const path = '/tasks/by-api';
  const url = `https://api.twilio.com/2010-04-01/Accounts/AC${'0'.repeat(31)}7/Messages.json`;
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Authorization: `Basic ${canaries.token}` };
  const body = `From=${canaries.sender}&To={{.phone_number}}&Body=Hello`;
  const predicate = 'select uuid as entity_pk, phone_number from public.users';
  const task = { settings: { action: { url, headers, body }, rate: '10/s' }, predicate };

  it('is checked, planned, made, read, changed and given back', async () => {
    const named = { ...task, settings: { ...task.settings, name: 'by-api' } };
    expect((await ask.operator('POST', '/tasks/check', { body: named })).json).toMatchObject({
      columns: [{ name: 'entity_pk' }, { name: 'phone_number' }],
    });
    const plan = await ask.operator('POST', '/tasks/plan', { body: named });
    expect(plan.json).toMatchObject({ change: 'new', entities: { matched: 2, sent: 0, suppressed: 2 } });
    const made = await ask.operator('PUT', path, { body: { ...task, expectedRevision: 0, state: 'paused' } });
    expect(made.json).toMatchObject({ name: 'by-api', revision: 1, change: 'created' });
    const again = await ask.operator('PUT', path, { body: { ...task, expectedRevision: 0 } });
    expect(again.status).toBe(409);

    const read = (await ask.operator('GET', path)).json;
    expect(read).toMatchObject({ state: 'paused', runs: { pending: 0 }, definition: { predicate } });
    expect(read.definition.settings.action.headers.Authorization).toBe('Basic ********');
    const changed = { ...read.definition, settings: { ...read.definition.settings, rate: '20/s' } };
    expect((await ask.operator('PUT', path, { body: changed })).json).toMatchObject({ revision: 2, change: 'revised' });
    const row = await readTask(stage.ledger, 'by-api');
    const saved = await readRevision(stage.ledger, row?.taskId ?? 0, 2);
    expect(saved.settings).toMatchObject({ ratePerSecond: 20, action: { headers } });

    const revisions = (await ask.viewer('GET', `${path}/revisions`)).json.items;
    expect(revisions.map(({ revision }: { revision: number }) => revision)).toEqual([2, 1]);
    expect(JSON.stringify(revisions)).not.toContain('15005550006');
    expect((await ask.operator('POST', `${path}/plan`)).json).toMatchObject({ change: 'unchanged' });
    const [act] = await readAudit(stage.ledger, { limit: 1 }, { act: 'task.revised', subjectId: 'by-api' });
    expect(act?.by).toEqual({ kind: 'token', name: 'the-operator' });
  });

  it('that does not hold is refused with every mistake, and is not saved', async () => {
    const { status, json } = await ask.operator('PUT', '/tasks/broken', {
      body: { settings: { action: { url: 'nowhere' }, retries: 'many' }, predicate: 'select 1' },
    });
    expect([status, json.errors.map(({ where }: { where: string }) => where)]).toEqual([422, ['retries']]);
    const unknown = await ask.operator('PUT', '/tasks/broken', { body: { ...task, predicate: 'select nothing' } });
    expect([unknown.status, unknown.json.errors[0].where]).toEqual([422, 'predicate']);
    const masked = { ...task, settings: { action: { url, body, headers: { ...headers, Authorization: '********' } } } };
    expect((await ask.operator('PUT', '/tasks/broken', { body: masked })).json.errors[0].code).toBe(
      'TASK_CREDENTIAL_MASKED',
    );
    expect((await ask.viewer('GET', '/tasks/broken')).status).toBe(404);
  });

  it('is tried, paused and resumed', async () => {
    const tried = await ask.operator('POST', `${path}/send-test`, { body: { to: '+15005550010' } });
    expect(tried.status).toBe(201);
    expect((await ask.viewer('GET', `/runs/${tried.json.runId}`)).json).toMatchObject({ task: 'by-api~test' });
    const wrong = await ask.operator('POST', `${path}/send-test`, { body: { to: 'nobody' } });
    expect([wrong.status, wrong.text.includes('nobody')]).toEqual([422, false]);
    expect((await ask.operator('POST', `${path}/resume`)).json.state).toBe('active');
    expect((await ask.operator('POST', `${path}/pause`)).json.state).toBe('paused');
  });
});

describe('a run', () => {
  it('tells its story without a word about anybody, and all of it to whoever is written down for it', async () => {
    const [failed] = (await ask.viewer('GET', '/runs?state=failed')).json.items;
    const { json, text } = await ask.viewer('GET', `/runs/${failed.runId}`);
    expect(json).toMatchObject({ state: 'failed', history: [{ verdict: 'refused', code: '21211' }] });
    for (const canary of Object.values(canaries)) expect(text).not.toContain(canary.replace('+', ''));
    const revealed = await ask.operator('POST', `/runs/${failed.runId}/reveal`);
    expect(revealed.json.columns.phone_number).toBe(canaries.phone);
    const [act] = await readAudit(stage.ledger, { limit: 1 }, { act: 'run.revealed' });
    expect(act).toMatchObject({ by: { name: 'the-operator' }, subject: { id: failed.runId } });
  });

  it('is retried where it failed and canceled where it waits; another time is a conflict', async () => {
    const [failed] = (await ask.viewer('GET', '/runs?state=failed')).json.items;
    expect((await ask.operator('POST', `/runs/${failed.runId}/retry`)).json.state).toBe('pending');
    expect((await ask.operator('POST', `/runs/${failed.runId}/retry`)).status).toBe(409);
    expect((await ask.operator('POST', `/runs/${failed.runId}/cancel`)).json.state).toBe('canceled');
    expect((await ask.operator('POST', '/runs/999999/retry')).status).toBe(404);
    const resolved = await ask.operator('POST', `/runs/${failed.runId}/resolve`, { body: { became: 'sent' } });
    expect(resolved.status).toBe(409);
  });
});

describe('who asks', () => {
  it('is a token until it is revoked, and no longer', async () => {
    const passing = await stage.program('passing', 'viewer');
    expect((await passing('GET', '/stats')).status).toBe(200);
    expect((await ask.admin('POST', '/tokens/passing/revoke')).json).toEqual({ name: 'passing' });
    expect((await passing('GET', '/stats')).status).toBe(401);
  });

  it('with a session writes with its token only', async () => {
    const cookie = await signIn(stage.url, stage.password);
    const csrf = /name="_csrf" value="([^"]+)"/.exec(
      await (await fetch(stage.url, { headers: { cookie } })).text(),
    )?.[1];
    const session = asking(`${stage.url}/api/v1`, { cookie });
    expect((await session('GET', '/users')).status).toBe(200);
    expect((await session('POST', '/tasks/other/pause')).status).toBe(403);
    const headers = { 'x-csrf-token': csrf ?? '' };
    expect((await session('POST', '/tasks/other/pause', { headers })).json.state).toBe('paused');
  });

  it('may ask so often, and is told when again', async () => {
    const { url } = await stage.startMonitor({ apiRequestsPerMinute: 3 });
    const token = await createToken(stage.ledger, { name: 'busy', role: 'viewer' }, ann);
    const busy = asking(`${url}/api/v1`, { authorization: `Bearer ${token}` });
    const first = await busy('GET', '/lanes');
    expect([first.headers.get('ratelimit-limit'), first.headers.get('ratelimit-remaining')]).toEqual(['3', '2']);
    for (const path of ['/tasks', '/runs']) await busy('GET', path);
    const refused = await busy('GET', '/lanes');
    expect([refused.status, refused.json.title]).toEqual([429, 'Too Many Requests']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const token2 = await createToken(stage.ledger, { name: 'calm', role: 'viewer' }, ann);
    const calm = asking(`${url}/api/v1`, { authorization: `Bearer ${token2}` });
    expect((await calm('GET', '/lanes')).status).toBe(200);
  });
});
