/**
 * Alerts: tells a person of what waits for one, by a webhook such as chat services take. Written with the hold itself, so each
 * hold is told once; an alert whose answer got lost is told again with the same Idempotency-Key.
 */
import type { ApiClient } from '@quailrunner/delivery';
import { maskLaneKey, type Outcome } from '@quailrunner/domain';
import { type Alert, type Ledger, recordAlertSent, takeDueAlerts } from '@quailrunner/ledger';
import type { Log } from '@quailrunner/telemetry';

export interface AlertDeps {
  readonly ledger: Ledger;
  readonly apiClient: Pick<ApiClient, 'postJson'>;
  readonly log: Log;
  /** May be a secret: never logged. */
  readonly alertUrl: string;
}

const batchSize = 10;
/** Less than an alert is left alone for, so that it is under way once. */
const timeoutMs = 10_000;

export const sendAlerts = async (deps: AlertDeps): Promise<void> => {
  const alerts = await takeDueAlerts(deps.ledger, batchSize);
  await Promise.all(alerts.map((alert) => sendAlert(alert, deps)));
};

const sendAlert = async (alert: Alert, { ledger, apiClient, log, alertUrl }: AlertDeps): Promise<void> => {
  const { alertId } = alert;
  const headers = { 'Idempotency-Key': `quailrunner-alert-${alertId}` };
  const outcome = await apiClient.postJson(alertUrl, { json: describe(alert), headers, timeoutMs });
  if (isTaken(outcome)) {
    await recordAlertSent(ledger, alertId);
    log.emit('alert.sent', { alertId });
  } else {
    log.emit('alert.failed', {
      alertId,
      ...(outcome.kind === 'answered' ? { status: outcome.status } : { fault: outcome.code }),
    });
  }
};

const isTaken = (outcome: Outcome): boolean =>
  outcome.kind === 'answered' && outcome.status >= 200 && outcome.status < 300;

/** `text` is what chat services show. */
const describe = (alert: Alert) => {
  const { kind, alertId, reason, createdAt } = alert;
  const rest = { kind, alertId, reason, createdAt };
  if (alert.kind === 'task.held') {
    const { task } = alert;
    return {
      text: `Task ${task} is held: ${reason} Mend it and apply it, or: quail task resume ${task}`,
      ...rest,
      task,
    };
  }
  const { laneId, key } = alert;
  const lane = maskLaneKey(key);
  return {
    text: `Lane ${laneId} (${lane}) is held: ${reason} Mend it, then: quail lanes resume ${laneId}`,
    ...rest,
    laneId,
    lane,
  };
};
