/** No container engine is needed to see that the image and the set-up name things that exist, and keep what they promise. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const dockerfile = read('Dockerfile').replaceAll(/\\\n/g, ' ').split('\n');

interface Service {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number | null>>;
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly deploy?: { readonly replicas: number };
  readonly healthcheck?: { readonly test: readonly unknown[] };
}

const services = (parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> }).services;

describe('the image', () => {
  it('copies and starts files that are there', () => {
    const copied = dockerfile
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    const entry = dockerfile.find((line) => line.startsWith('ENTRYPOINT'))?.match(/[\w/.-]+\.js/)?.[0] ?? 'none';
    const missing = [...copied, entry, 'scripts/ready.mjs'].filter((path) => !existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });

  it('runs as a user who is not root', () => {
    expect(dockerfile).toContain('USER node');
  });

  it('takes neither secrets nor what was built elsewhere', () => {
    const ignored = read('.dockerignore').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.env', '.quailrunner', '**/node_modules', '**/dist']));
  });
});

describe('the set-up with containers', () => {
  it('has both stores, every app, and the sandbox only when asked for', () => {
    const always = Object.keys(services).filter((name) => services[name]?.profiles === undefined);
    expect(always.sort()).toEqual(['monitor', 'postgres', 'redis', 'scheduler', 'worker']);
    expect(services.sandbox?.profiles).toEqual(['sandbox']);
    expect(services.worker?.deploy?.replicas).toBe(2);
  });

  it('starts commands that the command line has', () => {
    const files = readdirSync(join(root, 'apps/cli/src'), { recursive: true, encoding: 'utf8' });
    const sources = files.filter((file) => file.endsWith('.ts')).map((file) => read(`apps/cli/src/${file}`));
    const unknown = ['scheduler', 'worker', 'monitor', 'sandbox'].filter((app) => {
      const command = services[app]?.command?.[0] ?? 'none';
      return command !== app || !new RegExp(`command\\(\\s*'${app}\\b`).test(sources.join('\n'));
    });
    expect(unknown).toEqual([]);
  });

  it('keeps every key that Redis was given', () => {
    expect(services.redis?.command?.join(' ')).toContain('--maxmemory-policy noeviction --appendonly yes');
  });

  it('is reached from this machine only', () => {
    const ports = Object.values(services).flatMap(({ ports = [] }) => ports);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('brings no key, token or password of its own for the product', () => {
    const secrets = ['QUAIL_ENCRYPTION_KEY', 'QUAIL_ADMIN_PASSWORD', 'QUAIL_API_TOKEN', 'QUAIL_SECRET_TWILIO_BASIC'];
    const values = Object.values(services).flatMap(({ environment = {} }) => secrets.map((name) => environment[name]));
    expect(new Set(values)).toEqual(new Set([null, undefined]));
  });

  it('asks for health with words alone', () => {
    const tests = Object.values(services).flatMap(({ healthcheck }) => healthcheck?.test ?? []);
    expect(tests.filter((word) => typeof word !== 'string')).toEqual([]);
  });
});
