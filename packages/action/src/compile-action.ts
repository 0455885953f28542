/**
 * Render: a task's action and a row → the request as it goes on the wire. feed → **render** → send → record.
 *
 * Compiled once a revision, rendered once a run. Every mistake that can be seen without a row is found when it is compiled;
 * whatever a row brings, values can't leave the place that the template gives them.
 */
import { type Action, type Columns, type Problem, ProblemsError } from '@quailrunner/domain';
import { type CompiledHeader, compileHeaders } from './compile-headers.js';
import { type BodyKind, readBodyKind } from './content-type.js';
import { decodeForm } from './decode-form.js';
import { type PlacedForm, placeForm } from './place/form.js';
import type { FormField, FormParameter } from './place/form-fields.js';
import { placeJson } from './place/json.js';
import { placeMarkup, placePlain } from './place/text.js';
import { placeUrl } from './place/url.js';
import { compileTemplate } from './template/compile-template.js';
import type { Part } from './template/part.js';
import type { Template } from './template/pieces.js';
import { type Emit, openRun, type Run } from './template/run.js';
import type { Names } from './template/scope.js';

export interface CompileOptions {
  /** The predicate's columns: with them, a template that names another one is a mistake. */
  readonly columns?: readonly string[];
  /** Names of the secrets that are set: with them, another one is a mistake. */
  readonly secrets?: readonly string[];
}

export interface RenderedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The decoded pairs of a form body, read from `body` when they are asked for. */
  readonly form?: readonly (readonly [name: string, value: string])[];
}

export type ActionPart = 'url' | 'headers' | 'body';

export interface CompiledAction {
  /**
   * Throws RenderFault when the row doesn't fit: nothing may be sent then. With a mask, to be looked at and not to be sent:
   * conditions go as they go, and the mask stands for each value that is made with a secret.
   */
  readonly render: (columns: Columns, secrets: Readonly<Record<string, string>>, mask?: string) => RenderedRequest;
  /** The same without its headers: whom it is for, and what it says. Needs no secret that only a header has. */
  readonly renderMessage: CompiledAction['render'];
  /** In the order in which the template names them. */
  readonly columnNames: readonly string[];
  readonly secretNames: readonly string[];
  /** Whether the part has no tags: it is the same for every run. */
  readonly isLiteral: (part: ActionPart) => boolean;
  /** What is known of a parameter of a form body without any row. */
  readonly formField: (name: string) => FormField;
  /** The pairs of a form body, as far as they are known without any row. */
  readonly formParameters: readonly FormParameter[];
  /** Whether the account and the sender, or the host, are the same for every row, and so the lane. */
  readonly hasFixedTarget: boolean;
  /** What is forgiven in its literal text, at its places. */
  readonly warnings: readonly Problem[];
}

/** Throws ProblemsError with every mistake of every part, each with its line and column in the part. */
export const compileAction = (action: Action, options: CompileOptions = {}): CompiledAction => {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const names: Names = {
    columns: options.columns && new Set(options.columns),
    secrets: options.secrets && new Set(options.secrets),
    usedColumns: new Set(),
    usedSecrets: new Set(),
  };
  const url = compileUrl({ where: 'action.url', source: action.url, problems, warnings }, names);
  const parts = new Map(
    Object.entries(action.headers).map(([name, source]) => [
      name,
      { where: `action.headers.${name}`, source, problems, warnings },
    ]),
  );
  const headers = compileHeaders(parts, names);
  const body = compileBody(
    { where: 'action.body', source: action.body.trim() === '' ? '' : action.body, problems, warnings },
    contentTypeOf(parts),
    names,
  );
  if (problems.length > 0 || url === undefined || body === undefined) throw new ProblemsError(problems);
  const isLiteral = {
    url: url.template.isLiteral,
    headers: headers.every(({ template }) => template.isLiteral),
    body: body.template.isLiteral,
  };
  return {
    render: openRender(url, headers, body),
    renderMessage: openRender(url, [], body),
    columnNames: [...names.usedColumns],
    secretNames: [...names.usedSecrets],
    isLiteral: (part) => isLiteral[part],
    formField: (name) => body.form?.fields.field(name) ?? { kind: 'absent' },
    formParameters: body.form?.fields.parameters ?? [],
    hasFixedTarget: !url.template.usesColumns && hasFixedSender(body.form),
    warnings,
  };
};

interface Compiled {
  readonly part: Part;
  readonly template: Template;
  readonly emit: Emit;
}

const compileUrl = (part: Part, names: Names): Compiled | undefined => {
  const template = compileTemplate(part, names);
  return template && { part, template, emit: placeUrl(part, template) };
};

interface CompiledBody extends Compiled {
  readonly form: PlacedForm | undefined;
}

const contentTypeOf = (parts: ReadonlyMap<string, Part>): Part | undefined =>
  [...parts].find(([name]) => name.toLowerCase() === 'content-type')?.[1];

const compileBody = (part: Part, contentType: Part | undefined, names: Names): CompiledBody | undefined => {
  const kind = readBodyKind(contentType, part);
  const template = compileTemplate(part, names);
  if (kind === undefined || template === undefined) return undefined;
  const form = kind === 'form' ? placeForm(part, template.pieces) : undefined;
  return { part, template, form, emit: form?.emit ?? placeBody(kind, part, template) };
};

const placeBody = (kind: BodyKind, part: Part, { pieces }: Template): Emit => {
  if (kind === 'json') return placeJson(part, pieces);
  return kind === 'markup' ? placeMarkup(pieces) : placePlain(pieces);
};

/** The parameters that name a sender at Twilio. */
const senders = ['From', 'MessagingServiceSid'];

const hasFixedSender = (form: PlacedForm | undefined): boolean =>
  senders.every((name) => {
    const field = form?.fields.field(name) ?? { kind: 'absent' };
    return field.kind !== 'varies' || !field.usesColumns;
  });

const openRender = (url: Compiled, headers: readonly CompiledHeader[], body: CompiledBody) => {
  const isForm = body.form !== undefined;
  return (columns: Columns, secrets: Readonly<Record<string, string>>, mask?: string): RenderedRequest => {
    const run = openRun(columns, secrets, mask);
    const rendered = {
      url: write(run, url),
      headers: writeHeaders(run, headers),
      body: write(run, body),
    };
    return isForm ? withForm(rendered) : rendered;
  };
};

const write = (run: Run, { part, emit }: Compiled): string => {
  run.part = part;
  run.offset = 0;
  run.out = '';
  emit(run);
  return run.out;
};

const writeHeaders = (run: Run, headers: readonly CompiledHeader[]): Record<string, string> => {
  const written: Record<string, string> = {};
  for (const header of headers) written[header.name] = write(run, header);
  return written;
};

const withForm = ({ url, headers, body }: RenderedRequest): RenderedRequest => {
  let form: [string, string][] | undefined;
  return {
    url,
    headers,
    body,
    get form() {
      form ??= decodeForm(body);
      return form;
    },
  };
};
