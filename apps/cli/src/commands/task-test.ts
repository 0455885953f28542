/** `quail task send-test`: one message to a number of mine, and what became of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { finalStates, maskAddress, QuailError } from '@quailrunner/domain';
import { sendTest } from '@quailrunner/engine';
import { type Ledger, type RunStory, readLanes, readRun } from '@quailrunner/ledger';
import { openSources } from '@quailrunner/source';
import { readActor } from '../actor.js';
import type { CliContext } from '../context.js';
import { atItsPlace, readNamedTasks } from '../tasks/named-tasks.js';
import { withLedger } from '../with-ledger.js';

export interface TestOptions {
  readonly to: string;
  readonly entity?: string;
  readonly json?: true;
}

const statementTimeoutMs = 60_000;
/** A lane that is open has fed and sent it by then, unless much waits before it. */
const patienceMs = 60_000;

export const testTask = (name: string, { to, entity, json }: TestOptions, context: CliContext): Promise<void> =>
  withLedger(context, async (ledger, config) => {
    const [named, another] = await readNamedTasks([name], config, ledger);
    if (named === undefined || another !== undefined) throw new QuailError('NOT_ONE_TASK', 'name one task');
    const sources = openSources(config.sources, { statementTimeoutMs });
    const wish = { to, by: readActor(), ...(entity === undefined ? {} : { entityPk: entity }) };
    const { secrets } = config;
    const runId = await atItsPlace(named.file, () =>
      sendTest(named.definition, wish, { ledger, sources, secrets }),
    ).finally(() => sources.close());
    if (!json) context.terminal.tell(`Run ${runId}, a test, waits to be sent to ${maskAddress(to)}.`);
    const run = await awaitEnd(runId, ledger);
    const { state, code, reason, history } = run;
    if (json) context.terminal.printJson({ runId, state, code, reason, sid: history.at(-1)?.sid });
    else context.terminal.print(await describeEnd(run, ledger));
    if (state !== 'completed') context.setExitCode(1);
  });

/** Of a lane that is stopped there is nothing to wait for. */
const awaitEnd = async (runId: string, ledger: Ledger): Promise<RunStory> => {
  const until = Date.now() + patienceMs;
  for (;;) {
    const run = await readRun(ledger, runId);
    if (run === undefined) throw new QuailError('NO_SUCH_RUN', `there is no run ${runId}`);
    if (finalStates.includes(run.state) || run.state === 'unknown' || Date.now() > until) return run;
    if (run.state === 'pending' && (await stopOf(run, ledger)) !== undefined) return run;
    await sleep(200);
  }
};

const stopOf = async ({ laneId }: RunStory, ledger: Ledger): Promise<string | undefined> => {
  const lane = (await readLanes(ledger)).find((each) => each.laneId === laneId);
  return lane === undefined || lane.state === 'open'
    ? undefined
    : `lane ${laneId} is ${lane.state}${lane.reason === undefined ? '' : `: ${lane.reason}`}`;
};

const describeEnd = async (run: RunStory, ledger: Ledger): Promise<string> => {
  const { runId, state, code, reason, history } = run;
  if (state === 'completed') return `Sent: ${history.at(-1)?.sid ?? 'the receiver took it'}.`;
  const why = [code, reason].filter(Boolean).join(': ');
  if (state === 'failed' || state === 'skipped') return `Not sent: ${why}`;
  if (state === 'unknown') return `It may have been sent: ${why}. quail runs show ${runId}`;
  const stop = await stopOf(run, ledger);
  const waits =
    stop === undefined
      ? `It still waits. Do a scheduler and a worker run? quail runs show ${runId}`
      : `It still waits; ${stop}`;
  return `${waits}\nIt stays, and is sent when it can be; to withdraw it: quail runs cancel ${runId}`;
};
