/** A task revision as the steps use it: its settings, its compiled action, and what its target is. */
import { type CompiledAction, compileAction, RenderFault } from '@quailrunner/action';
import type { Columns, LaneKey, TaskDefinition, TaskSettings } from '@quailrunner/domain';
import { defaultRateOf, isMessagesUrl, isTwilioUrl, laneKeyOf } from '@quailrunner/twilio';
import { openRender, type RenderedRun, type RenderRequest } from './render-request.js';

export interface CompiledTask {
  readonly settings: TaskSettings;
  readonly predicate: string;
  readonly action: CompiledAction;
  /** The request of a run: with it, and not with the action's own, runs are sent and found again. */
  readonly render: RenderRequest;
  /** The same without headers: whom it is for, and what it says. Needs no secret that only a header has. */
  readonly renderMessage: RenderRequest;
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
  const how = { isMessage, region: settings.defaultRegion, isTest: settings.isTest === true };
  return {
    settings,
    predicate,
    action,
    render: openRender(action.render, how),
    renderMessage: openRender(action.renderMessage, how),
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
export const laneOf = (task: CompiledTask, columns: Columns, secrets: Readonly<Record<string, string>>): LaneOfEntity =>
  toLane(task, senderOf(task, columns, secrets));

/** Of a request that is rendered already. */
export const laneOfRequest = (task: CompiledTask, request: Target): LaneOfEntity =>
  toLane(task, senderOfRequest(task, request));

type Target = Pick<RenderedRun, 'url' | 'form'>;

const toLane = ({ settings: { lane } }: CompiledTask, sender: LaneKey): LaneOfEntity => {
  const defaultRate = defaultRateOf(sender);
  return { key: lane === undefined ? sender : `lane/${lane}`, ...(defaultRate === undefined ? {} : { defaultRate }) };
};

/** Who sends, whatever lane the task names. */
export const senderOf = (task: CompiledTask, columns: Columns, secrets: Readonly<Record<string, string>>): LaneKey => {
  try {
    return senderOfRequest(task, task.action.renderMessage(columns, secrets));
  } catch (fault) {
    if (fault instanceof RenderFault) return literalSender(task) ?? unrenderable;
    throw fault;
  }
};

const senderOfRequest = ({ target }: CompiledTask, { url, form = [] }: Target): LaneKey =>
  (target === 'twilio' ? laneKeyOf(url, form) : undefined) ?? `host/${new URL(url).host}`;

/** The one that needs no row: of a literal URL and a literal sender. */
const literalSender = (task: CompiledTask): LaneKey | undefined => {
  const { action, settings } = task;
  if (!action.hasFixedTarget || !action.isLiteral('url')) return undefined;
  const form = action.formParameters.filter(({ literal }) => literal).map(({ name, value }) => [name, value] as const);
  return senderOfRequest(task, { url: settings.action.url, form });
};
