/** Tells a person of holds, where one has named a webhook for it. */
import { openApiClient } from '@quailrunner/delivery';
import { sendAlerts } from '@quailrunner/engine';
import { type Opened, poll } from './opened.js';

const everyMs = 2_000;

/** The operator's own word for where to go: no private-target check. */
const anywhere = { allowPrivateTargets: ['0.0.0.0/0', '::/0'] };

export const startAlerts = ({ config, ledger, log }: Opened): { close(): Promise<void> } => {
  const { alertUrl, twilioBaseUrl } = config;
  if (alertUrl === undefined) return { close: async () => {} };
  const apiClient = openApiClient({ ...anywhere, twilioBaseUrl });
  const poller = poll('alerts', everyMs, () => sendAlerts({ ledger, apiClient, log, alertUrl }), log);
  return {
    close: async () => {
      await apiClient.close();
      await poller.close();
    },
  };
};
