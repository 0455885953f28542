/** The users' databases: `SOURCE_DATABASE_URL` is the source `default`, `SOURCE_CRM_EU_DATABASE_URL` the source `crm-eu`. */
import type { Problem } from '@quailrunner/domain';
import { mends, postgresUrl } from './environment.js';

export interface ReadSources {
  /** URLs by name. */
  readonly sources: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

export const readSources = (env: Readonly<Record<string, string>>): ReadSources => {
  const sources: Record<string, string> = {};
  const problems: Problem[] = [];
  for (const [variable, text] of Object.entries(env)) {
    const match = /^SOURCE_(?:(\w+)_)?DATABASE_URL$/.exec(variable);
    if (!match) continue;
    const name = match[1]?.toLowerCase().replaceAll('_', '-') ?? 'default';
    const parsed = postgresUrl.safeParse(text);
    const invalid = { code: 'CONFIG_INVALID', where: variable };
    if (!parsed.success) {
      problems.push({ ...invalid, message: parsed.error.issues[0]?.message ?? '', mend: mends.DATABASE_URL ?? '' });
    } else if (name in sources) {
      problems.push({ ...invalid, message: `another variable names the source "${name}" too`, mend: 'unset one' });
    } else {
      sources[name] = parsed.data;
    }
  }
  return { sources, problems };
};
