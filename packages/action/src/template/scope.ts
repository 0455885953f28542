/** The names that a template may use at one place of it, and the names that it has used. */
import { nearest } from '@quailrunner/domain';
import type { Expression, SymbolNode } from './nodes.js';
import { isFull, type Mistake, type Part, report } from './part.js';
import type { Evaluate } from './run.js';

/** Shared by all parts of an action. */
export interface Names {
  /** `undefined`: not known, a missing column shows when the template is rendered. */
  readonly columns: ReadonlySet<string> | undefined;
  readonly secrets: ReadonlySet<string> | undefined;
  readonly usedColumns: Set<string>;
  readonly usedSecrets: Set<string>;
}

export interface Scope {
  readonly part: Part;
  readonly names: Names;
  /** Slots of the loop variables in reach. */
  readonly locals: ReadonlyMap<string, number>;
  readonly nextSlot: number;
  /** Loops around this place. */
  readonly loops: number;
  /** How deep the template is nested here. */
  readonly depth: number;
  /** What the piece at hand uses. */
  readonly uses: Uses;
}

export interface Uses {
  readonly columns: Set<string>;
  readonly secrets: Set<string>;
  readonly locals: Set<string>;
}

export const openUses = (): Uses => ({ columns: new Set(), secrets: new Set(), locals: new Set() });

/** Compiles a child of the node at hand. */
export type Compile = (node: Expression) => Evaluate;

/** Reports the mistake; the closure stands in so that the rest is still checked. */
export const refuse = ({ part }: Scope, { colno }: { readonly colno: number }, mistake: Mistake): Evaluate => {
  report(part, colno, mistake);
  return () => undefined;
};

export const useColumn = ({ part, names, uses }: Scope, { value: name, colno }: SymbolNode): void => {
  uses.columns.add(name);
  names.usedColumns.add(name);
  if (names.columns === undefined || names.columns.has(name) || isFull(part)) return;
  const near = nearest(name, names.columns);
  const all = [...names.columns].slice(0, 20).join(', ') || 'none';
  report(part, colno, {
    code: 'TEMPLATE_UNKNOWN_COLUMN',
    message: `the predicate selects no column "${name}"`,
    mend: near === undefined ? `its columns are: ${all}` : `did you mean "${near}"? Its columns are: ${all}`,
  });
};

export const useSecret = ({ part, names, uses }: Scope, name: string, offset: number): void => {
  uses.secrets.add(name);
  names.usedSecrets.add(name);
  if (name !== name.toLowerCase()) {
    const mend = `did you mean secrets.${name.toLowerCase()}?`;
    report(part, offset, { code: 'TEMPLATE_UNKNOWN_SECRET', message: 'secrets have names in lower case', mend });
  } else if (names.secrets !== undefined && !names.secrets.has(name) && !isFull(part)) {
    const near = nearest(name, names.secrets);
    const set = `set QUAIL_SECRET_${name.toUpperCase()}`;
    const mend = near === undefined ? set : `did you mean secrets.${near}? Else ${set}`;
    report(part, offset, { code: 'TEMPLATE_UNKNOWN_SECRET', message: `there is no secret "${name}"`, mend });
  }
};
