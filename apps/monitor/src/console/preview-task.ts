/** What a task that is being written would do with the first rows it finds: nothing is kept of it. */
import { type Entity, type Problem, ProblemsError, type TaskDefinition } from '@quailrunner/domain';
import { checkTask, makeSample, type Sample } from '@quailrunner/engine';
import { readFirstEntities } from '@quailrunner/source';
import { describeFault } from '@quailrunner/telemetry';
import { readSegments, signsOutsideGsm7 } from '@quailrunner/twilio';
import { orProblems } from '../problems-in.js';
import type { Desk } from './desk.js';

const rowsShown = 10;
const longestValue = 200;

export interface Look {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly string[])[];
  readonly sample?: PreviewedSample;
  /** Why the first row can't be sent. */
  readonly fault?: string;
}

interface PreviewedSample {
  readonly wire: string;
  readonly phone?: Sample['phone'];
  readonly segments?: string;
}

const nothing: Look = { problems: [], warnings: [], columns: [], rows: [] };

export const lookAt = async (
  { task }: { readonly task: TaskDefinition | ProblemsError },
  desk: Desk,
): Promise<Look> => {
  if (task instanceof ProblemsError) return { ...nothing, problems: task.problems };
  const look = await orProblems(() => lookAtGood(task, desk));
  return look instanceof ProblemsError ? { ...nothing, problems: look.problems } : look;
};

const lookAtGood = async (task: TaskDefinition, desk: Desk): Promise<Look> => {
  const sources = desk.quickSources;
  const checked = await checkTask(task, { sources });
  const { source } = task.settings;
  const entities = await readFirstEntities(sources, { source, predicate: task.predicate }, rowsShown);
  const columns = checked.columns.map(({ name, type }) => ({ name, type }));
  const rows = entities.map(({ pk, columns: values }) =>
    columns.map(({ name }) => show(name === 'entity_pk' ? pk : values[name])),
  );
  return { problems: [], warnings: checked.warnings, columns, rows, ...sampleOf(checked.task, entities[0], desk) };
};

const show = (value: unknown): string => {
  const text =
    value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
};

const sampleOf = (
  task: Parameters<typeof makeSample>[0],
  entity: Entity | undefined,
  { secrets }: Desk,
): { sample: PreviewedSample } | { fault: string } | undefined => {
  if (entity === undefined) return undefined;
  try {
    const { url, headers, body, phone } = makeSample(task, entity.columns, secrets);
    const lines = [`POST ${url}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', body];
    const wire = lines.join('\n');
    return { sample: phone === undefined ? { wire } : { wire, phone, segments: describeSegments(phone) } };
  } catch (fault) {
    return { fault: describeFault(fault).message };
  }
};

const describeSegments = ({ text, media }: NonNullable<Sample['phone']>): string => {
  if (media.length > 0) return 'One picture message.';
  const { count, encoding } = readSegments(text, { isSmart: false });
  const signs = encoding === 'GSM-7' ? '' : `, because of ${signsOutsideGsm7(text).slice(0, 10).join(' ')}`;
  return `${count} segment${count === 1 ? '' : 's'} of ${encoding}${signs}.`;
};
