/** What a turn needs of workflows. */
export type TurnWorkflows = {
  /** `$runtime.version` of the runs that turns start. */
  runtimeVersion: string;
  /** The active version's hash, by the workflow's name; null when there is none. Asked in a step. */
  hashOf(tenantId: string, name: string): Promise<string | null>;
  /** Whether a run of this workflow is under way in the conversation, about one of these records or about none in particular. */
  isRunning(tenantId: string, conversationId: string, name: string, records: Readonly<Record<string, readonly string[]>>): Promise<boolean>;
  /** Wakes the run that waits for an answer; telling it twice does no harm. Throws `durable.unavailable` (retryable). */
  answer(externalId: string, questionId: string): Promise<void>;
};
