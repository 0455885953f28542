/**
 * Migrations as their files say: each a transaction, but for those whose first line begins `-- Not in a transaction`. Their
 * statements run one by one, as `create index concurrently` asks for: each ends its line with a semicolon.
 */
import { readFile } from 'node:fs/promises';
import type { RunnerOption } from 'node-pg-migrate';

type Strategies = NonNullable<RunnerOption['migrationLoaderStrategies']>;
type Loader = Exclude<Strategies[number]['loader'], string>;

const load: Loader = (paths) =>
  Promise.all(
    paths.map(async (path) => {
      const text = await readFile(path, 'utf8');
      return { id: path, filePaths: [path], actions: { up: makeUp(text), down: false } };
    }),
  );

type Up = (builder: { noTransaction(): void; sql(text: string): void }) => void;

const makeUp =
  (text: string): Up =>
  (builder) => {
    if (!text.startsWith('-- Not in a transaction')) return builder.sql(text);
    builder.noTransaction();
    for (const statement of text.split(/(?<=;)$/m)) {
      if (statement.trim() !== '') builder.sql(statement);
    }
  };

export const migrationLoaders: Strategies = [{ extensions: ['.sql'], loader: load }];
