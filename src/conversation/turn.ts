import type { OpenQuestion } from "../workflows/talk/question.store.ts";
import type { Understanding } from "../intelligence/understander.ts";
import type { Placeholder } from "../guard/redactor.ts";
import type { AutonomyLevel } from "../policy/autonomy.ts";
import type { ContactView } from "../shapes/conversation.ts";

/** What the engine is given; the same on every attempt and replay of a turn. */
export type TurnInput = { tenantId: string; conversationId: string; turnId: string };

export type InboundText = { id: string; seq: number; text: string; channel: string; createdAt: string };
export type EarlierMessage = { author: "contact" | "ai" | "human" | "system"; text: string };

/** What a case is about right now; kept with the case between turns. */
export type CaseFocus = {
  /** Business records spoken of, by kind, latest first: `{ order_number: ["1042"] }`. */
  records: Record<string, string[]>;
  /** The question the AI has put to the contact and waits for. */
  pending: PendingQuestion | null;
  /** A person has spoken since the AI asked: a bare "yes" or "no" answers nothing of the AI's. */
  hasLapsed?: boolean;
};

/** How often newer messages may join one turn before it is delivered without them. */
export const MAX_JOINS = 3;

export type PendingQuestion = {
  awaiting: "slot" | "confirmation";
  intent: string;
  tool: string;
  /** The argument asked for; null when a confirmation is awaited. */
  slot: string | null;
  slots: Record<string, string | number | boolean>;
};

/** Everything a turn works on; read from the store, never changed by later stages. */
export type TurnContext = TurnInput & {
  caseId: string;
  /** How often newer messages have joined this turn; 0 at first. */
  round: number;
  untilSeq: number;
  messages: InboundText[];
  earlier: EarlierMessage[];
  contact: ContactView;
  focus: CaseFocus;
  placeholders: Placeholder[];
  /** What runs have asked in this case and wait for. */
  questions: readonly OpenQuestion[];
  /** All messages of this turn as one text, in the order they came. */
  text: string;
  channel: string;
  receivedAtMs: number;
  /** A person holds the conversation, or is awaited, and gets a draft instead of a reply being sent. */
  isAssisting?: boolean;
};

export type Rights = { audiences: string[]; mayUseRecords: boolean };

/** One thing to do in this turn. */
export type PlannedPart =
  | { kind: "knowledge" }
  | { kind: "agent" }
  | { kind: "tool"; tool: string; arguments: Record<string, string | number | boolean>; /** The run that begins when the call's output has `when` set to true. */ follow?: { when: string; workflow: string; hash: string } }
  | { kind: "say"; text: string }
  /** A run to start with this message; `hash` is its version's, found when it was decided. */
  | { kind: "workflow"; workflow: string; hash: string; intent: string; entities: Record<string, string[]> }
  /** The message answers a question of a run. */
  | { kind: "answer"; questionId: string; workflow: string }
  /** Calls that wait for approval are taken back. */
  | { kind: "withdraw"; approvalIds: string[] }
  | { kind: "handoff"; reason: string };

export type Decision = {
  parts: PlannedPart[];
  /** The plan when no model answers; the same as `parts` when none was wanted. */
  fallback: PlannedPart[];
  intent: string | null;
  confidence: number;
  /** Dotted code of the rule that decided. */
  reason: string;
  focus: CaseFocus;
  /** What the contact may do, as it was when this was decided: a replay must not see other rights. */
  rights: Rights;
  understanding: Pick<Understanding, "language" | "sentiment" | "urgency" | "risks">;
  /** `$runtime.version` of the runs it starts: that of the process which decided. */
  runtimeVersion?: string;
  /** Whether a question that leans on the talk is put anew by a model before it is searched for. Older journals have none: it is not. */
  rewrites?: true;
  /** Whether the contact is asked before an effect that only a model wants. Older journals have none: they are not. */
  asksFirst?: true;
  /** How far the AI may go with its reply, by which rule of the ladder; what it leaves to a person. Older journals have none: sent. */
  autonomy?: { level: AutonomyLevel; rule: string | null; calls: { tool: string; arguments: Record<string, string | number | boolean> }[] };
};

export type TurnStatus = "replied" | "handed_off" | "silent" | "failed";
export type TurnEnd = { kind: "ended"; status: TurnStatus } | { kind: "joined" } | { kind: "nothing" } | { kind: "detached" };
