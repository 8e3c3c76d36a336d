import { listApprovals } from "../../tools/approvals/approval.store.ts";
import { askedWords, takenBackWords } from "../../tools/approvals/approval-words.ts";
import type { Withdrawn } from "../../tools/approvals/approval-change.store.ts";
import { showChange } from "../../tools/approvals/decide/read-approval.ts";
import { withdrawApprovals } from "../../tools/approvals/withdraw-approvals.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Live } from "../../observe/live.ts";
import type { Database } from "../../storage/database.ts";
import type { Decision, TurnContext } from "../turn.ts";
import type { Acted } from "./act.ts";
import type { Draft } from "./compose.ts";

const LEAD = /^\W*(?:(?:oh|ok|okay|no|please|sorry|actually|wait|hm+|well|you know what)\W+)*/i;
const TAKES_BACK = /^(?:(?:just )?forget (?:it|that|this|about (?:it|that|this)|(?:about )?(?:the|my) \w+)|never ?mind|(?:please )?(?:stop|drop|withdraw|scrap|leave) (?:it|that|this)(?: request)?|(?:cancel|withdraw|stop|drop) (?:the|my|that|this) (?:request|approval)|i(?:'ve| have)? changed my mind|i (?:do not|don'?t) (?:want|need) (?:it|that|this|the \w+|my \w+)(?: any ?more)|(?:please )?(?:do not|don'?t) do (?:it|that|this)|it(?:'s| is) no longer needed|no longer needed)\b/i;
const LONGEST = 300;
/** So many words after it are a matter of their own. */
const MORE_WORDS = 4;

type Waiting = { id: string; describedAs: string; values: readonly string[] };

/**
 * What a message takes back of the calls that wait for approval.
 *
 * The rule: a message that begins with words of taking back ("forget it", "never mind", "I changed my mind") takes back
 * everything that waits in this conversation; when it names records (three digits or more), only calls about these, and none
 * when they are about others. Not while the AI or a run has a question open, which such words then answer. `isAll`: the
 * message says nothing else. Taking back does nothing and can be asked for again, so it is not confirmed. Pure.
 */
export function chooseTakenBack(waiting: readonly Waiting[], text: string): { ids: string[]; isAll: boolean } | null {
  const rest = text.replace(LEAD, "");
  const found = TAKES_BACK.exec(rest);
  if (waiting.length === 0 || found === null || text.length > LONGEST) return null;
  const named = text.match(/\d{3,}/g) ?? [];
  const meant = named.length === 0 ? waiting : waiting.filter((each) => named.some((value) => each.values.includes(value)));
  if (meant.length === 0) return null;
  const more = rest.slice(found[0].length).replace(/[^\p{L}\p{N}\s]/gu, " ").trim().split(/\s+/).filter((word) => word !== "");
  return { ids: meant.map((each) => each.id), isAll: more.length < MORE_WORDS || named.length > 0 };
}

/** In the journaled step of the decision: adds the taking back to what was decided, or puts it in its place. */
export async function withTakenBack(deps: { database: Database }, context: Pick<TurnContext, "tenantId" | "conversationId" | "text" | "focus" | "questions">, decision: Decision): Promise<Decision> {
  if (context.focus.pending !== null || context.questions.length > 0 || !TAKES_BACK.test(context.text.replace(LEAD, ""))) return decision;
  const rows = await listApprovals(deps.database, context.tenantId, { status: "waiting", conversationId: context.conversationId, limit: 20 });
  const waiting = rows.filter((row) => row.call_id !== null).map((row) => ({ id: row.id, describedAs: row.described_as, values: Object.values(row.arguments).map(String) }));
  const chosen = chooseTakenBack(waiting, context.text);
  if (chosen === null) return decision;
  const part = { kind: "withdraw" as const, approvalIds: chosen.ids };
  if (chosen.isAll) return { ...decision, parts: [part], fallback: [part], reason: "approval.taken_back", focus: { ...decision.focus, pending: null } };
  return { ...decision, parts: [part, ...decision.parts], fallback: [part, ...decision.fallback], reason: `approval.taken_back, ${decision.reason}` };
}

/** Carries it out; what was decided a moment before stays. Call it in a journaled step. */
export async function takeBack(deps: { database: Database; clock: Clock; live?: Pick<Live, "publish"> }, context: Pick<TurnContext, "tenantId" | "contact">, approvalIds: readonly string[]): Promise<Withdrawn[]> {
  const { tenantId } = context;
  const withdrawn = await deps.database.transaction(tenantId, (query) => withdrawApprovals(query, tenantId, { ids: approvalIds }, { actor: `contact:${context.contact.id}`, reason: "contact.took_back", at: new Date(deps.clock.nowMs()) }));
  const { live } = deps;
  if (live !== undefined) for (const each of withdrawn) showChange({ live }, tenantId, each.runId);
  return withdrawn;
}

/**
 * The reply with what it must say whoever wrote it: what was taken back, and which calls wait for approval. These are our own
 * words about what is on record, so they need no check. Replay: pure.
 */
export function tellApprovals(acted: Pick<Acted, "calls" | "takenBack">, draft: Draft): Draft {
  const first = acted.takenBack === null ? [] : [takenBackWords(acted.takenBack)];
  const waiting = acted.calls.filter((call) => call.status === "waiting").map((call) => call.say ?? askedWords(call.tool));
  const missing = [...new Set(waiting)].filter((words) => !draft.text.includes(words));
  const text = [...first, draft.text, ...missing].filter((part) => part.trim() !== "").join("\n\n");
  return text === draft.text ? draft : { ...draft, text };
}
