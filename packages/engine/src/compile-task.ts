/** A task revision as the steps use it: its settings, its compiled action, and what its target is. */
import { type CompiledAction, compileAction, RenderFault } from '@quailrunner/action';
import type { Columns, LaneKey, TaskDefinition, TaskSettings } from '@quailrunner/domain';
import { defaultRateOf, isMessagesUrl, isTwilioUrl, laneKeyOf } from '@quailrunner/twilio';
import { openRender, type RenderRequest } from './render-request.js';

export interface CompiledTask {
  readonly settings: TaskSettings;
  readonly predicate: string;
  readonly action: CompiledAction;
  /** The request of a run: with it, and not with the action's own, runs are sent and found again. */
  readonly render: RenderRequest;
  /** Decides how answers are read, and whether a look-up can settle an unknown run. */
  readonly target: 'twilio' | 'http';
  /** Whether it creates messages at Twilio, which have a sender and a recipient. */
  readonly isMessage: boolean;
}

/**
 * Throws ProblemsError with the place of each mistake in the action. With `columns`, a template that names a column the
 * predicate doesn't return is a mistake too.
 */
export const compileTask = (definition: TaskDefinition, columns?: readonly string[]): CompiledTask => {
  const { settings, predicate } = definition;
  const action = compileAction(settings.action, columns === undefined ? {} : { columns });
  const isMessage = isMessagesUrl(settings.action.url);
  return {
    settings,
    predicate,
    action,
    render: openRender(action, { isMessage, region: settings.defaultRegion }),
    target: isTwilioUrl(settings.action.url) ? 'twilio' : 'http',
    isMessage,
  };
};

/** Where runs wait whose request can't be rendered: each will fail there by itself, and stop no scan. */
export const unrenderable: LaneKey = 'host/unknown';

export interface LaneOfEntity {
  readonly key: LaneKey;
  /** What the sender is allowed unless somebody says otherwise, in messages a second. */
  readonly defaultRate?: number;
}

/** The lane of an entity: the one that its task names, else its Twilio account and sender, else its host. */
export const laneOf = (
  task: CompiledTask,
  columns: Columns,
  secrets: Readonly<Record<string, string>>,
): LaneOfEntity => {
  const own = senderOf(task, columns, secrets);
  const defaultRate = defaultRateOf(own);
  const { lane } = task.settings;
  return { key: lane === undefined ? own : `lane/${lane}`, ...(defaultRate === undefined ? {} : { defaultRate }) };
};

const senderOf = (task: CompiledTask, columns: Columns, secrets: Readonly<Record<string, string>>): LaneKey => {
  try {
    const { url, form } = task.action.render(columns, secrets);
    const sender = task.target === 'twilio' ? laneKeyOf(url, form ?? []) : undefined;
    return sender ?? `host/${new URL(url).host}`;
  } catch (fault) {
    if (fault instanceof RenderFault) return literalSender(task) ?? unrenderable;
    throw fault;
  }
};

/** The one that needs no row: of a literal URL and a literal sender. */
const literalSender = ({ action, settings, target }: CompiledTask): LaneKey | undefined => {
  if (!action.hasFixedTarget || !action.isLiteral('url')) return undefined;
  const form = action.formParameters.filter(({ literal }) => literal).map(({ name, value }) => [name, value] as const);
  const sender = target === 'twilio' ? laneKeyOf(settings.action.url, form) : undefined;
  return sender ?? `host/${new URL(settings.action.url).host}`;
};
