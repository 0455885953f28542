/**
 * The parameters of Twilio's "create a message" as data. From Twilio's OpenAPI description (twilio-oai, `CreateMessage`,
 * April 2026); bounds from the same place.
 */
export interface MessageParameter {
  /** Longest value, in characters. */
  readonly maxLength?: number;
  /** Inclusive bounds of an integer. */
  readonly range?: readonly [min: number, max: number];
  /** How often the parameter may stand in one request; 1 unless set. */
  readonly maxCount?: number;
  /** What a person should know who uses it, as a warning. */
  readonly warning?: string;
}

export const messageParameters: Readonly<Record<string, MessageParameter>> = {
  To: {},
  From: {},
  MessagingServiceSid: {},
  FallbackFrom: {},
  Body: { maxLength: 1_600 },
  MediaUrl: { maxCount: 10 },
  ContentSid: {},
  ContentVariables: {},
  StatusCallback: { maxLength: 4_000 },
  ApplicationSid: {},
  MaxPrice: { warning: 'MaxPrice has had no effect since June 2024: Twilio sends the message at any price' },
  ProvideFeedback: {},
  Attempt: {},
  ValidityPeriod: { range: [1, 36_000] },
  ForceDelivery: {},
  ContentRetention: {},
  AddressRetention: {},
  SmartEncoded: {},
  PersistentAction: { maxCount: Number.POSITIVE_INFINITY },
  TrafficType: {},
  ShortenUrls: {},
  ScheduleType: {},
  SendAt: {},
  SendAsMms: {},
  MessageIntent: {},
  RiskCheck: {},
};
