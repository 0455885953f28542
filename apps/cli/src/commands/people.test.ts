/** `quail user`, `token` and `audit`, as a person reads them. */
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { checkPassword, findToken, type Ledger, openLedger, readUser } from '@quailrunner/ledger';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/index.js';
import { makeKeyboard, makeStdin, makeTerminal } from '../../../../test/support/terminal.js';
import { runCli } from '../run-cli.js';

let database: TestDatabase;
let ledger: Ledger;
let env: Record<string, string>;

beforeAll(async () => {
  const encryptionKey = randomBytes(32);
  database = await createTestDatabase({ withLedger: true });
  ledger = openLedger({ databaseUrl: database.url, encryptionKey, applicationName: 'test' });
  env = {
    DATABASE_URL: database.url,
    REDIS_URL: inject('redisUrl'),
    QUAIL_ENCRYPTION_KEY: encryptionKey.toString('hex'),
  };
});

afterAll(async () => {
  await ledger.close();
  await database.close();
});

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const quailWith = async (stdin: NodeJS.ReadStream, ...args: string[]): Promise<Result> => {
  const { terminal, read } = makeTerminal();
  const code = await runCli(args, { terminal, env, stdin });
  return { code, ...read() };
};

const quail = (...args: string[]): Promise<Result> => quailWith(makeStdin(), ...args);

const signsIn = async (name: string, password: string): Promise<boolean> => {
  const user = await readUser(ledger, name);
  return user !== undefined && (await checkPassword(password, user.passwordHash));
};

/** The lines of a table, however wide its columns are. */
const cellsOf = (table: string): string[] =>
  table
    .trimEnd()
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' ').replaceAll(/\b20\d\d-\d\d-\d\d\b/g, '(day)'));

const generated = '[a-z2-9]{5}(?:-[a-z2-9]{5}){3}';
const me = userInfo().username;

describe('users', () => {
  it('are told how the first one comes to be', async () => {
    expect(await quail('user', 'list')).toMatchObject({
      code: 0,
      stdout: 'No users yet: the first start of a monitor makes admin, or: quail user add NAME --role admin\n',
    });
  });

  it('are added with a password that is shown once', async () => {
    const { code, stdout, stderr } = await quail('user', 'add', 'bob', '--role', 'admin');
    const [, password = ''] =
      stdout.match(new RegExp(`^bob may sign in, with the role admin.\npassword  (${generated})\n$`)) ?? [];
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'The password is not shown again. They change it at /account of the monitor.\n',
    });
    expect(await signsIn('bob', password)).toBe(true);
    expect(await quail('user', 'add', 'bob', '--role', 'viewer')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'quail: there is a user bob already\n',
    });
  });

  it('are added with a password from a pipe, which nobody sees', async () => {
    const add = (password: string) =>
      quailWith(makeStdin(password), 'user', 'add', 'zoe', '--role', 'viewer', '--password-stdin');
    expect(await add('short\n')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'quail: a password has at least 12 characters\n',
    });
    expect(await add('a password of mine\n')).toEqual({
      code: 0,
      stdout: 'zoe may sign in, with the role viewer.\n',
      stderr: '',
    });
    expect(await signsIn('zoe', 'a password of mine')).toBe(true);
  });

  it('are given another password: made, or typed unseen', async () => {
    const made = await quail('user', 'password', 'zoe');
    expect(made.stdout).toMatch(
      new RegExp(`^zoe has another password, and is signed out everywhere.\npassword  ${generated}\n$`),
    );
    const typed = await quailWith(makeKeyboard('what i type at once\r'), 'user', 'password', 'zoe', '--password-stdin');
    expect(typed).toEqual({
      code: 0,
      stdout: 'zoe has another password, and is signed out everywhere.\n',
      stderr: 'Password, which is not shown as you type:\n',
    });
    expect(await signsIn('zoe', 'what i type at once')).toBe(true);
    const interrupted = await quailWith(makeKeyboard('abc\u0003'), 'user', 'password', 'zoe', '--password-stdin');
    expect(interrupted).toMatchObject({ code: 1, stderr: expect.stringContaining('quail: nothing was changed\n') });
    expect(await quail('user', 'password', 'nobody')).toMatchObject({
      code: 1,
      stderr: 'quail: there is no user nobody\n',
    });
  });

  it('are given another role, disabled and enabled, but the last admin', async () => {
    expect((await quail('user', 'role', 'zoe', 'operator')).stdout).toBe('zoe has the role operator.\n');
    expect((await quail('user', 'role', 'zoe', 'operator')).stdout).toBe('zoe has the role operator already.\n');
    expect((await quail('user', 'disable', 'zoe')).stdout).toBe('zoe is disabled.\n');
    expect((await quail('user', 'disable', 'zoe')).stdout).toBe('zoe is disabled already.\n');
    const { stdout } = await quail('user', 'list');
    expect(cellsOf(stdout)).toEqual([
      'NAME ROLE STATE SESSIONS PASSWORD SET ADDED',
      'bob admin enabled 0 (day) (day)',
      'zoe operator disabled 0 (day) (day)',
    ]);
    expect((await quail('user', 'enable', 'zoe')).stdout).toBe('zoe is enabled.\n');
    for (const words of [
      ['role', 'bob', 'viewer'],
      ['disable', 'bob'],
    ]) {
      expect(await quail('user', ...words)).toEqual({
        code: 1,
        stdout: '',
        stderr: 'quail: bob is the last admin who can sign in: make somebody else one first\n',
      });
    }
    const listed = JSON.parse((await quail('user', 'list', '--json')).stdout);
    expect(listed).toMatchObject([
      { name: 'bob', role: 'admin' },
      { name: 'zoe', role: 'operator' },
    ]);
    expect(JSON.stringify(listed)).not.toContain('scrypt');
  });
});

describe('tokens', () => {
  it('are written alone to standard output, once', async () => {
    expect((await quail('token', 'list')).stdout).toBe('No tokens: quail token create NAME --role viewer\n');
    const { code, stdout, stderr } = await quail('token', 'create', 'ci', '--role', 'operator', '--expires', '90d');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'This is the token ci, with the role operator. It is not shown again.\n',
    });
    expect(await findToken(ledger, stdout.trimEnd())).toMatchObject({ name: 'ci', role: 'operator' });
    expect(await quail('token', 'create', 'ci', '--role', 'viewer')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'quail: there is a token ci already: another name, or quail token revoke ci\n',
    });
    const listed = await quail('token', 'list');
    expect(cellsOf(listed.stdout)).toEqual([
      'NAME ROLE MADE BY MADE EXPIRES LAST USED',
      expect.stringContaining(`ci operator ${me} (day) (day) `),
    ]);
    expect(listed.stdout + (await quail('token', 'list', '--json')).stdout).not.toContain(stdout.trimEnd());
  });

  it('end when they are revoked', async () => {
    expect(await quail('token', 'revoke', 'ci')).toEqual({ code: 0, stdout: 'ci is revoked.\n', stderr: '' });
    expect(await quail('token', 'revoke', 'ci')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'quail: there is no token ci\n',
    });
  });
});

describe('the audit', () => {
  it('tells what was done in this shell, and by whom', async () => {
    const { stdout, stderr } = await quail('audit', 'list', '--limit', '2');
    expect(stdout).toMatch(/^ *ID {2}AT +BY +ACT +ON +CHANGE\n/);
    expect(stdout).toMatch(
      new RegExp(`\n *\\d+  [\\d-]{10} [\\d:.]{12}  cli ${me} +token.revoked +token ci +role operator, expiresAt 20`),
    );
    expect(stderr).toMatch(/^There may be more: --before \d+\n$/);
    const roles = await quail('audit', 'list', '--act', 'user.role_set', '--on', 'user:zoe', '--by', me, '--json');
    expect(JSON.parse(roles.stdout)).toMatchObject([
      { by: { kind: 'cli', name: me }, before: { role: 'viewer' }, after: { role: 'operator' } },
    ]);
    expect((await quail('audit', 'list', '--on', 'lane')).stdout).toBe('Nobody has done anything of the kind.\n');
  });

  it('holds no password and no token', async () => {
    const { stdout } = await quail('audit', 'list', '--limit', '1000', '--json');
    expect(stdout).not.toMatch(/a password of mine|what i type|quail_|scrypt/);
  });
});

describe('what is not understood', () => {
  it.each([
    [['user', 'add', 'a b', '--role', 'viewer'], /^quail: "a b" is not a name: letters and digits,/],
    [['user', 'add', 'max'], /required option '--role <role>' not specified/],
    [
      ['user', 'add', 'max', '--role', 'boss'],
      /^quail: --role: "boss" is not a role: they are viewer, operator, admin\n/,
    ],
    [['user', 'role', 'zoe', 'boss'], /^quail: "boss" is not a role/],
    [['token', 'create', 'ci', '--role', 'viewer', '--expires', 'soon'], /"soon" is not a time such as 12h or 90d/],
    [['token', 'create', 'ci', '--role', 'viewer', '--expires', '0s'], /"0s" is not a time/],
    [['audit', 'list', '--act', 'lane.stolen'], /"lane.stolen" is not an act: they are task.created, /],
    [['audit', 'list', '--on', 'moon:1'], /"moon:1" is not such as task:welcome/],
    [['audit', 'list', '--before', 'x'], /"x" is not an act's number/],
  ])('%j', async (words, message) => {
    expect(await quail(...words)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  });
});
