/** What the demo says: its steps as they end, and at the end what was sent and where to look. */
import { formatDuration } from '@quailrunner/domain';
import type { RunCount } from '@quailrunner/ledger';
import { paintOfState } from '../output/run-state.js';
import { type Column, formatCount, formatNumberOf, formatTable } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';
import type { DemoHouse } from './demo-house.js';
import type { SandboxSummary } from './sandbox-messages.js';

const titleWidth = 45;

/** Does one step of the preparations and says what it was, how long it took, and what there is to know of it. */
export const tellStep = async <Result>(
  { print, paint }: Terminal,
  work: () => Promise<Result>,
  describe: (result: Result) => { title: string; note: string },
): Promise<Result> => {
  const began = Date.now();
  const result = await work();
  const { title, note } = describe(result);
  const took = `${((Date.now() - began) / 1_000).toFixed(1)} s`;
  print(`${paint('green', '✓')} ${title.padEnd(titleWidth)} ${took.padStart(6)}  ${paint('dim', note)}`);
  return result;
};

export const tellIntroduction = ({ print, paint }: Terminal, people: number): void => {
  const who = formatNumberOf(people, 'person', 'people');
  print(
    `${paint('bold', 'Quailrunner demo')}: a shop with ${who}, and a sandbox in Twilio's place. Nothing is sent to anybody.\n`,
  );
};

export const tellAddresses = (
  { print, paint }: Terminal,
  { monitorUrl, sandboxUrl, adminPassword }: DemoHouse,
): void => {
  const signIn = adminPassword === undefined ? 'the password in QUAIL_ADMIN_PASSWORD' : paint('bold', adminPassword);
  print('');
  print(`  Monitor     ${paint('cyan', monitorUrl)}  sign in as ${paint('bold', 'admin')} with ${signIn}`);
  print(`  Bull Board  ${paint('cyan', `${monitorUrl}/queues`)}`);
  print(`  Phones      ${paint('cyan', sandboxUrl)}  what the sandbox got instead of Twilio`);
  print('');
};

const columns: readonly Column<RunCount>[] = [
  { title: 'TASK', value: ({ task }) => task },
  { title: 'STATE', value: ({ state }) => state, paint: ({ state }) => paintOfState(state) },
  { title: 'RUNS', value: ({ runs }) => runs, align: 'right' },
];

export const tellResult = (
  { print, paint }: Terminal,
  { counts, sandbox, tookMs }: { counts: readonly RunCount[]; sandbox: SandboxSummary; tookMs: number },
): void => {
  print('');
  print(formatTable(columns, counts, paint));
  print('');
  print(
    `The sandbox counted ${formatNumberOf(sandbox.total, 'message')} to ${formatNumberOf(sandbox.recipients, 'number')} ` +
      `in ${formatDuration(tookMs)}, at most ${formatCount(sandbox.most)} to one number.`,
  );
};

export const tellJudgement = ({ print, tell, paint, paintError }: Terminal, wrong: readonly string[]): void => {
  if (wrong.length === 0) print(paint('green', 'Everybody got exactly one message of each task that is for them.'));
  for (const sentence of wrong) tell(`${paintError('red', '✗')} ${sentence}`);
};

export const tellHowToGoOn = (
  { print, paint }: Terminal,
  { dataDir, shopUrl }: { dataDir: string; shopUrl: string },
): void => {
  print('');
  print(`Everything runs until you press ${paint('bold', 'Ctrl-C')}. Try, in another terminal:`);
  print(`  QUAIL_DATA_DIR=${dataDir} npm run quail -- runs list`);
  print(`  psql '${shopUrl}' -c "insert into users (phone_number,`);
  print(`    first_name, last_name, country) values ('+19175550123', 'Ada', 'Lovelace', 'US')"`);
  print(`  tail -f ${dataDir}/logs/*.log`);
};
