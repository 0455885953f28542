/** What a request asks, held against its endpoint: parsed, or with every mistake at once. Nothing that was given is repeated. */
import type { Problem } from '@quailrunner/domain';
import type { z } from 'zod';
import { type Endpoint, Refusal } from './endpoint.js';

export interface Given {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

export interface Read {
  readonly params: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly body: Record<string, unknown>;
}

export const readAsked = (endpoint: Endpoint, given: Given): Read | Refusal => {
  const parts = {
    params: endpoint.params.safeParse(given.params ?? {}),
    query: endpoint.query.safeParse(given.query ?? {}),
    body: readBody(endpoint, given.body),
  };
  const errors = Object.entries(parts).flatMap(([part, { error }]) =>
    (error?.issues ?? []).flatMap(mistakeIn(part, given)),
  );
  if (errors.length > 0) return new Refusal({ status: 400, title: 'That is not how this is asked', errors });
  const { params, query, body } = parts;
  return { params: params.data ?? {}, query: query.data ?? {}, body: body.data ?? {} };
};

type Issue = z.core.$ZodIssue;
type Parsed = {
  readonly data?: Record<string, unknown> | undefined;
  readonly error?: { readonly issues: Issue[] } | undefined;
};

const readBody = ({ body }: Endpoint, given: unknown): Parsed => {
  if (body !== undefined) return body.safeParse(given ?? {});
  const isEmpty =
    given === undefined || given === null || (typeof given === 'object' && Object.keys(given).length === 0);
  if (isEmpty) return { data: {} };
  return { error: { issues: [{ code: 'custom', path: [], message: 'this takes no body' }] } };
};

const mistakeIn =
  (part: string, given: Given) =>
  (issue: Issue): Problem[] => {
    const where = [part, ...issue.path.map(String)].join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        code: 'FIELD_UNKNOWN',
        message: /^[A-Za-z_]{1,30}$/.test(key) ? `there is no field "${key}"` : 'there is no such field',
        where,
      }));
    }
    const value = issue.path.reduce<unknown>(
      (within, key) => (within as Record<PropertyKey, unknown> | null | undefined)?.[key],
      given[part as keyof Given],
    );
    if (value === undefined && issue.path.length > 0)
      return [{ code: 'FIELD_MISSING', message: 'must be given', where }];
    const message = issue.message.slice(0, 1).toLowerCase() + issue.message.slice(1);
    return [{ code: 'FIELD_WRONG', message, where }];
  };
