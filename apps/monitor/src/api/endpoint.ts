/**
 * What an address of the API takes and answers, declared once: the server checks requests and answers with it, and the
 * OpenAPI document is made of it (document.ts). An answer holds what its schema names and nothing else.
 */
import type { Actor, Role } from '@quailrunner/domain';
import type { Ledger } from '@quailrunner/ledger';
import type { CodeTable } from '@quailrunner/twilio';
import { z } from 'zod';
import type { Desk } from '../console/desk.js';
import type { ReadStatus } from '../console/open-status.js';
import type { ProblemAnswer } from '../problem.js';
import type { Principal } from '../sign-in/gate.js';

export interface ApiDeps {
  readonly ledger: Ledger;
  readonly status: ReadStatus;
  readonly desk: Desk;
  readonly codes?: CodeTable | undefined;
}

export type Method = 'GET' | 'POST' | 'PUT';

/** Why not, as its status says. */
export class Refusal {
  readonly problem: ProblemAnswer;
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: ProblemAnswer, retryAfterSeconds?: number) {
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

type Fields = z.ZodObject;

export interface Asked<Params extends Fields, Query extends Fields, Body extends Fields> {
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
  readonly body: z.output<Body>;
  readonly by: Actor;
  readonly principal: Principal;
}

interface Told {
  readonly method: Method;
  /** Below /api/v1: `/tasks/{name}`. */
  readonly path: string;
  /** The part of the document it stands in. */
  readonly tag: string;
  /** Its `operationId`. */
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  /** The least that may ask; unless set, viewer for GET and operator for the rest. */
  readonly role?: Role;
  /** Of the answer; 200 unless set. */
  readonly status?: 200 | 201;
  /** Asks for something and changes nothing (or only the audit): takes no Idempotency-Key. */
  readonly isQuestion?: true;
  readonly timeoutMs?: number;
  /** What else may be answered: status and why. */
  readonly refusals?: Partial<Record<404 | 409 | 422 | 503, string>>;
}

interface Declared<Params extends Fields, Query extends Fields, Body extends Fields, Answer extends z.ZodType>
  extends Told {
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly answer: Answer;
  readonly handle: (asked: Asked<Params, Query, Body>, deps: ApiDeps) => Promise<z.input<Answer> | Refusal>;
}

export interface Endpoint extends Told {
  readonly params: Fields;
  readonly query: Fields;
  /** Absent: it takes none. */
  readonly body?: Fields;
  readonly answer: z.ZodType;
  readonly handle: (asked: Asked<Fields, Fields, Fields>, deps: ApiDeps) => Promise<unknown>;
}

const nothing = z.strictObject({});
type Nothing = typeof nothing;

export const endpoint = <
  Answer extends z.ZodType,
  Params extends Fields = Nothing,
  Query extends Fields = Nothing,
  Body extends Fields = Nothing,
>({
  params,
  query,
  handle,
  ...told
}: Declared<Params, Query, Body, Answer>): Endpoint => ({
  ...told,
  params: params ?? nothing,
  query: query ?? nothing,
  // Whoever calls it has parsed what was asked with the schemas above.
  handle: handle as unknown as Endpoint['handle'],
});

export const isWrite = ({ method, isQuestion }: Pick<Endpoint, 'method' | 'isQuestion'>): boolean =>
  method !== 'GET' && isQuestion !== true;

export const roleOf = ({ role, method }: Pick<Endpoint, 'role' | 'method'>): Role =>
  role ?? (method === 'GET' ? 'viewer' : 'operator');

export const notFound = (what: string): Refusal => new Refusal({ status: 404, title: `There is no such ${what}` });

export const conflict = (title: string, detail?: string): Refusal =>
  new Refusal({ status: 409, title, ...(detail !== undefined && { detail }) });
