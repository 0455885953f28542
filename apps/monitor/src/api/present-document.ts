/** The document as its page shows it: each operation with what it takes and answers. */
import { titleOf } from './document.js';

type Json = Record<string, unknown>;

export const presentDocument = (document: Json) => {
  const { info, tags, paths, components } = document as unknown as Document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => presentOperation(path, method, operation)),
  );
  return {
    info,
    groups: tags
      .map((tag) => ({ ...tag, operations: operations.filter(({ tag: own }) => own === tag.name) }))
      .filter((group) => group.operations.length > 0),
    schemas: Object.entries(components.schemas).map(([name, schema]) => ({
      name,
      description: schema.description,
      fields: fieldsOf(schema),
    })),
  };
};

interface Schema extends Json {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

interface Operation {
  readonly operationId: string;
  readonly tags: readonly [string];
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content: Content }>>;
}

interface Document {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const presentOperation = (path: string, method: string, operation: Operation) => {
  const { operationId, tags, summary, description, parameters, requestBody, responses } = operation;
  const [[status, answer]] = Object.entries(responses) as [[string, Operation['responses'][string]]];
  return {
    id: operationId,
    tag: tags[0],
    method: method.toUpperCase(),
    path,
    summary,
    description,
    parameters: parameters.map(({ name, in: place, required = false, description: about, schema }) => ({
      name,
      place,
      required,
      about,
      type: typeOf(schema),
    })),
    body: requestBody && fieldsOf(schemaOf(requestBody.content)),
    answer: { status, type: typeOf(schemaOf(answer.content)), fields: fieldsOf(schemaOf(answer.content)) },
    refusals: Object.entries(responses)
      .slice(1)
      .map(([refused, why]) => ({ status: refused, title: titleOf(refused), why: why.description })),
  };
};

const schemaOf = (content: Content): Schema => Object.values(content)[0]?.schema ?? {};

const fieldsOf = ({ properties = {}, required = [] }: Schema) =>
  Object.entries(properties).map(([name, schema]) => ({
    name,
    required: required.includes(name),
    about: schema.description,
    type: typeOf(schema),
    fields: schema.properties === undefined ? [] : Object.keys(schema.properties),
  }));

const typeOf = (schema: Schema): string => {
  if (schema.$ref !== undefined) return schema.$ref.replace(/^.*\//, '');
  if (schema.enum !== undefined) return schema.enum.join(' | ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' | ');
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  return String(schema.format ?? schema.type ?? 'anything');
};
