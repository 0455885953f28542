/** Names and paths → closures: a column, a loop's variable, a secret, and what lies inside of them. */
import type { LookupVal, SymbolNode } from './nodes.js';
import { type Evaluate, fault, type Run, type Value } from './run.js';
import { type Compile, refuse, type Scope, useColumn, useSecret } from './scope.js';
import { readProperty } from './values.js';

export const compileName = (node: SymbolNode, _compile: Compile, scope: Scope): Evaluate => {
  const { value: name } = node;
  const slot = scope.locals.get(name);
  if (slot !== undefined) {
    scope.uses.locals.add(name);
    return (run) => run.locals[slot];
  }
  if (name === 'secrets') {
    const message = 'a secret is used by its name';
    return refuse(scope, node, { code: 'TEMPLATE_SECRETS', message, mend: 'write {{ secrets.name }}' });
  }
  useColumn(scope, node);
  return (run) => readColumn(run, name);
};

const readColumn = (run: Run, name: string): Value => {
  if (!Object.hasOwn(run.columns, name)) throw fault(run, 'RENDER_MISSING_COLUMN', `the row has no column "${name}"`);
  return run.columns[name];
};

export const compileLookup = (node: LookupVal, compile: Compile, scope: Scope): Evaluate => {
  const { target, val } = node;
  if (target.typename === 'Symbol' && target.value === 'secrets' && !scope.locals.has('secrets')) {
    return compileSecret(node, scope);
  }
  const from = compile(target);
  if (val.typename === 'Literal') {
    const key = String(val.value);
    return (run) => readProperty(run, from(run), key);
  }
  const key = compile(val);
  return (run) => readProperty(run, from(run), key(run));
};

const compileSecret = ({ target, val }: LookupVal, scope: Scope): Evaluate => {
  if (val.typename !== 'Literal' || typeof val.value !== 'string') {
    const message = 'a secret is used by its name';
    return refuse(scope, target, { code: 'TEMPLATE_SECRETS', message, mend: 'write {{ secrets.name }}' });
  }
  const name = val.value;
  useSecret(scope, name, val.colno);
  return (run) => {
    if (Object.hasOwn(run.secrets, name)) return run.secrets[name];
    throw fault(run, 'RENDER_SECRET_MISSING', `there is no secret "${name}" (set QUAIL_SECRET_${name.toUpperCase()})`);
  };
};
