/** Check: the settings that name a secret for a webhook, held against where the action goes and what it sends already. */
import type { Problem, TaskSettings } from '@quailrunner/domain';
import { isTwilioUrl } from '@quailrunner/twilio';
import { headersOfSetting, type SecretSetting } from './webhook-headers.js';

const settingNames = Object.keys(headersOfSetting) as SecretSetting[];

/** Errors go to `problems`; returns the warnings. */
export const checkWebhookHeaders = (settings: TaskSettings, problems: Problem[]): Problem[] => {
  const used = settingNames.filter((setting) => settings[setting] !== undefined);
  if (!isTwilioUrl(settings.action.url)) return used.flatMap((setting) => findOwn(setting, settings));
  problems.push(...used.map(notForTwilio));
  return [];
};

const notForTwilio = (setting: SecretSetting): Problem => ({
  code: 'WEBHOOK_SETTING_AT_TWILIO',
  message: `"${setting}" is for webhooks, and the action goes to Twilio`,
  mend: 'Twilio takes no such header: leave it out',
  where: setting,
});

const findOwn = (setting: SecretSetting, { action }: TaskSettings): Problem[] => {
  const ours: readonly string[] = headersOfSetting[setting];
  return Object.keys(action.headers)
    .filter((name) => ours.includes(name.toLowerCase()))
    .map((name) => ({
      code: 'WEBHOOK_HEADER_OWN',
      message: `the task sends its own ${name}, so "${setting}" has no effect`,
      mend: `leave out the header or "${setting}"`,
      where: `action.headers.${name}`,
    }));
};
