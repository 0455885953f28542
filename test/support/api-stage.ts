/** A monitor with something in every list of its API, and a program that asks it. */

import type { Role } from '@quailrunner/domain';
import { createToken, createUser, startBulkRetry, suppress } from '@quailrunner/ledger';
import type { MonitorOptions } from '@quailrunner/monitor';
import pg from 'pg';
import { ann } from './actors.js';
import { createTestDatabase } from './databases.js';
import { canaries, claimRuns, endRuns, type MonitorStage, openMonitorStage } from './monitor-stage.js';

export interface ApiStage extends MonitorStage {
  readonly url: string;
  /** Makes a token with the role, and a way to ask with it. */
  program(name: string, role: Role): Promise<Ask>;
}

/** Below /api/v1. */
export type Ask = (method: string, path: string, asked?: Asked) => Promise<Answer>;

interface Asked {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever it is, the tests say what it must be
  readonly json: any;
}

const users = `
  create table public.users (uuid uuid primary key default gen_random_uuid(), phone_number text, first_name text);
  insert into public.users (phone_number, first_name)
  values ('${canaries.phone}', '${canaries.firstName}'), ('${canaries.phone}', '${canaries.firstName}')`;

const fill = async (databaseUrl: string): Promise<void> => {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(users).finally(() => client.end());
};

export const openApiStage = async (options: Partial<MonitorOptions> = {}): Promise<ApiStage> => {
  const [stage, source] = await Promise.all([openMonitorStage(), createTestDatabase()]);
  await fill(source.url);
  const { url } = await stage.startMonitor({
    sources: { default: source.url },
    secrets: { twilio_basic: canaries.token },
    apiRequestsPerMinute: 1_000_000,
    ...options,
  });
  const laneId = await claimRuns(stage.ledger, 'welcome-sms', 20);
  await endRuns(stage, laneId, { completed: 3, failed: 5 });
  await claimRuns(stage.ledger, 'other', 5);
  await createUser(stage.ledger, { name: 'vera', role: 'viewer', passwordHash: 'none' }, ann);
  await createToken(stage.ledger, { name: 'ci', role: 'viewer' }, ann);
  const sender = `twilio/AC${'0'.repeat(31)}7/${canaries.sender}`;
  await suppress(stage.ledger, [{ sender, recipient: canaries.phone }], { toldBy: 'person', by: ann });
  await startBulkRetry(stage.ledger, { task: 'welcome-sms' }, ann);
  return {
    ...stage,
    url,
    program: async (name, role) => {
      const token = await createToken(stage.ledger, { name, role }, ann);
      return asking(`${url}/api/v1`, { authorization: `Bearer ${token}` });
    },
    close: async () => {
      await stage.close();
      await source.close();
    },
  };
};

/** Bodies are JSON. */
export const asking =
  (base: string, own: Readonly<Record<string, string>>): Ask =>
  async (method, path, { body, headers = {} } = {}) => {
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await fetch(`${base}${path}`, {
      method,
      headers: { ...own, ...type, ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
    return { status: answer.status, headers: answer.headers, text, json: isJson ? JSON.parse(text) : undefined };
  };
