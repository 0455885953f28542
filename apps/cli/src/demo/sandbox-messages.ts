/** What the sandbox has accepted, asked over HTTP as anybody could. */
export interface SentMessage {
  readonly to: string;
  readonly task: string;
}

export interface SandboxSummary {
  readonly total: number;
  readonly recipients: number;
  /** The highest number of messages that one recipient has got. */
  readonly most: number;
}

interface Page {
  readonly messages: readonly { readonly to: string; readonly media: readonly string[] }[];
  readonly next: number | null;
}

const pageSize = 10_000;
const timeoutMs = 10_000;

export const readSandboxSummary = (url: string): Promise<SandboxSummary> =>
  ask<SandboxSummary>(`${url}/sandbox/messages?summary=1`);

export const readSandboxMessages = async (url: string): Promise<SentMessage[]> => {
  const sent: SentMessage[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const page: Page = await ask(`${url}/sandbox/messages?limit=${pageSize}&after=${after}`);
    // Of the demo's two tasks one sends pictures, the other doesn't.
    for (const { to, media } of page.messages)
      sent.push({ to, task: media.length > 0 ? 'picture-mms' : 'welcome-sms' });
    after = page.next;
  }
  return sent;
};

const ask = async <Answer>(url: string): Promise<Answer> => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!answer.ok) throw new Error(`the sandbox answered ${answer.status}`);
  return (await answer.json()) as Answer;
};
