/** `value | name(arguments)` → a closure. Names and arguments are checked here, once. */
import { nearest } from '@quailrunner/domain';
import { type Filter as FilterKind, filters } from './filters.js';
import type { Expression, Filter, KeywordArgs } from './nodes.js';
import type { Evaluate, Value } from './run.js';
import { type Compile, refuse, type Scope } from './scope.js';

/** What nunjucks, Jinja and Liquid call ours. */
const otherNames = new Map([
  ['capitalize', 'title'],
  ['d', 'default'],
  ['downcase', 'lower'],
  ['dump', 'json'],
  ['tojson', 'json'],
  ['upcase', 'upper'],
  ['url_encode', 'urlencode'],
]);

export const compileFilter = (node: Filter, compile: Compile, scope: Scope): Evaluate => {
  const name = node.name.value;
  const [value, ...given] = node.args.children;
  const filter = filters.get(name);
  if (filter === undefined) {
    const near = otherNames.get(name) ?? nearest(name, filters.keys());
    const all = `the filters are: ${[...filters.keys()].join(', ')}`;
    const mend = near === undefined ? all : `did you mean "${near}"?`;
    return refuse(scope, node.name, { code: 'TEMPLATE_UNKNOWN_FILTER', message: `there is no filter "${name}"`, mend });
  }
  const ordered = orderArguments(filter, given);
  const mistake = typeof ordered === 'string' ? ordered : filter.check?.(ordered.map(literalOf));
  if (mistake !== undefined || typeof ordered === 'string') {
    const mend = `write ${name}${formatParameters(filter)}`;
    return refuse(scope, node.name, { code: 'TEMPLATE_FILTER_ARGUMENT', message: mistake ?? '', mend });
  }
  const input = compile(value as Expression);
  const parameters = ordered.map((argument) => argument && compile(argument));
  const apply = filter.open();
  if (parameters.length === 0) return (run) => apply(run, input(run), []);
  return (run) =>
    apply(
      run,
      input(run),
      parameters.map((argument) => argument?.(run)),
    );
};

/** The arguments in the order of the filter's parameters, or what is wrong with them. */
const orderArguments = (
  filter: FilterKind,
  given: readonly (Expression | KeywordArgs)[],
): (Expression | undefined)[] | string => {
  const { parameters, required } = filter;
  const ordered: (Expression | undefined)[] = [];
  for (const argument of given) {
    if (argument.typename !== 'KeywordArgs') {
      ordered.push(argument);
      continue;
    }
    for (const { key, value } of argument.children) {
      const index = key.typename === 'Symbol' ? parameters.indexOf(key.value) : -1;
      if (index < 0 || ordered[index] !== undefined) return 'it takes no argument of this name';
      ordered[index] = value;
    }
  }
  if (ordered.length > parameters.length) return 'it takes fewer arguments';
  for (let index = 0; index < required; index += 1) if (!ordered[index]) return `it needs "${parameters[index]}"`;
  return Array.from(ordered);
};

const literalOf = (node: Expression | undefined): Value => (node?.typename === 'Literal' ? node.value : undefined);

const formatParameters = ({ parameters, required }: FilterKind): string =>
  parameters.length === 0
    ? ' without arguments'
    : `(${parameters.map((name, index) => (index < required ? name : `${name}?`)).join(', ')})`;
