import type { Understanding } from "../../intelligence/understander.ts";
import type { OpenQuestion } from "../../workflows/talk/question.store.ts";
import type { FollowRule, IntentRule } from "../../workspace/workspace.ts";
import type { Tool } from "../../tools/tool.ts";
import { chooseQuestion } from "./choose-question.ts";
import type { CaseFocus, Decision, PendingQuestion, PlannedPart, Rights, TurnContext } from "../turn.ts";

export type DecideDeps = {
  intents: ReadonlyMap<string, IntentRule>; tools: ReadonlyMap<string, Tool>; hasModel: boolean;
  /** A call in the tool's own words; null when it could not be made like this. */
  describe(tool: Tool, slots: PendingQuestion["slots"]): string | null;
};

const YES = /^\s*(yes|yeah|yep|yup|sure|ok|okay|please do|do it|go ahead|correct|confirm(ed)?|ja|oui|si|sí|right|exactly|of course|absolutely)\b/i;
const NO = /^\s*(no|nope|nah|don'?t|do not|stop|cancel that|never ?mind|leave it|rather not|nein|non)\b/i;
/** "don't cancel", "do not ever refund": the contact forbids what the words alone would ask for. */
const FORBIDS = "(?:don'?t|do not|does not|never|not to|nicht|without|rather not|instead of)\\s+(?:(?:you|please|ever|want|to|yet|need|just|go|ahead|and|me|actually|really|have)\\s+){0,4}";
const RISK_HANDOFF = new Set(["legal", "safety", "vulnerable"]);
const MAX_PARTS = 3;
const ACT_CONFIDENCE = 0.5;

/**
 * Stage `decide`: what to do, by stated rules in this order: an open question is answered; a risk goes to a person, and so
 * does a wish for one; a question of a run is answered (`chooseQuestion` says when it is not); the intents' actions as the
 * workspace declares them; else knowledge, or the AI agent when there is a model. What a workflow
 * does, no agent does as well; one that may not be meant is begun only where there is no agent to ask.
 *
 * Replay: pure; its result is journaled, since the understanding it rests on may be costly or random.
 */
export function decide(deps: DecideDeps, context: Pick<TurnContext, "text" | "contact" | "focus">, rights: Rights, understanding: Understanding, redactedText: string, questions: readonly OpenQuestion[] = []): Decision {
  const top = understanding.intents[0];
  const focus: CaseFocus = { records: mergeRecords(context.focus.records, understanding), pending: null };
  const base = { intent: top?.name ?? null, confidence: top?.confidence ?? 0, focus, rights, understanding: { language: understanding.language, sentiment: understanding.sentiment, urgency: understanding.urgency, risks: understanding.risks } };

  const pending = context.focus.pending;
  const answered = pending === null ? null : answerPending(deps, pending, understanding, redactedText);
  if (answered !== null && pending !== null) return { ...base, ...answered, fallback: answered.parts, intent: pending.intent, focus: { ...focus, pending: answered.pending } };

  // A person has spoken since the AI asked: what the contact agrees to is not for the AI to guess.
  if (context.focus.hasLapsed === true && pending === null && isBareAnswer(redactedText)) return { ...base, ...only({ kind: "say", text: questions.length > 0 ? LET_ME_ASK : WHAT_IS_MEANT }), intent: null, confidence: 0, reason: "question.lapsed" };

  const risk = understanding.risks.find((flag) => RISK_HANDOFF.has(flag));
  if (risk !== undefined) return { ...base, ...only({ kind: "handoff", reason: `risk.${risk}` }), reason: `risk.${risk}` };

  const rules = understanding.intents.filter((intent, place) => place === 0 || intent.confidence >= ACT_CONFIDENCE).map((intent) => deps.intents.get(intent.name)).filter((rule) => rule !== undefined).slice(0, MAX_PARTS);
  const person = rules.find((rule) => rule.action.kind === "handoff");
  if (person?.action.kind === "handoff") return { ...base, ...only({ kind: "handoff", reason: person.action.reason }), reason: `intent.${person.name}` };
  const question = chooseQuestion(deps.intents, questions, understanding, context.text);
  if (question !== null) return { ...base, ...only({ kind: "answer", questionId: question.id, workflow: question.workflow }), reason: "question.of_workflow" };
  const parts: PlannedPart[] = [];
  let asked: PendingQuestion | null = null;
  for (const rule of rules) {
    const planned = planRule(deps, rule, rights, understanding, focus, redactedText);
    if (parts.some((part) => JSON.stringify(part) === JSON.stringify(planned.part))) continue;
    parts.push(planned.part);
    asked ??= planned.pending;
  }
  // A greeting in front of a request needs no answer of its own; a question the AI has to put stays.
  const useful = parts.length > 1 && asked === null ? parts.filter((part) => part.kind !== "say") : parts;
  const fallback: PlannedPart[] = useful.length > 0 ? useful : [{ kind: "knowledge" }];
  const reason = rules[0] !== undefined ? `intent.${rules[0].name}` : top === undefined ? "intent.none" : "intent.unmapped";
  const isSureOfRun = base.confidence >= ACT_CONFIDENCE && fallback.some((part) => part.kind === "workflow");
  if (deps.hasModel && !isSureOfRun) return { ...base, parts: [{ kind: "agent" }], fallback, reason: `model.available, ${reason}` };
  return { ...base, parts: fallback, fallback, reason, focus: { ...focus, pending: asked } };
}

function only(part: PlannedPart): Pick<Decision, "parts" | "fallback"> {
  return { parts: [part], fallback: [part] };
}

type Planned = { part: PlannedPart; pending: PendingQuestion | null };

function planRule(deps: DecideDeps, rule: IntentRule, rights: Rights, understanding: Understanding, focus: CaseFocus, text: string): Planned {
  const action = rule.action;
  if (action.kind === "knowledge") return { part: { kind: "knowledge" }, pending: null };
  if (action.kind === "say") return { part: { kind: "say", text: action.text }, pending: null };
  if (action.kind === "handoff") return { part: { kind: "handoff", reason: action.reason }, pending: null };
  if (action.kind === "workflow") return { part: isForbidden(text, rule.name, rule.name) ? LEFT_ALONE : planRun(rule.name, action, rights, understanding, focus, text), pending: null };
  const tool = deps.tools.get(action.tool);
  if (tool !== undefined && tool.risk !== "read" && isForbidden(text, tool.name, rule.name)) return { part: LEFT_ALONE, pending: null };
  if (tool?.needsVerifiedContact && !rights.mayUseRecords) {
    return { part: { kind: "say", text: "I can look that up as soon as you have signed in, so that your orders stay private. Please sign in and ask me again." }, pending: null };
  }
  const slots: Record<string, string> = {};
  let isInferred = false;
  for (const slot of action.needs) {
    const mentioned = [...new Set(understanding.entities.filter((entity) => entity.kind === slot).map((entity) => entity.value))];
    const isLookUp = tool?.risk === "read";
    const named = mentioned.length > 1 ? (meantBy(text, action.tool, rule.name, mentioned) ?? (isLookUp ? mentioned[0] : undefined)) : (mentioned[0] ?? placeholderIn(text, slot));
    // Several were named and none is clearly meant: before an effect it is asked, never guessed.
    const value = named ?? (mentioned.length > 1 ? undefined : focus.records[slot]?.[0]);
    if (value === undefined) continue;
    slots[slot] = value;
    isInferred ||= named === undefined;
  }
  return proceed(deps, { intent: rule.name, tool: action.tool, slots, needs: action.needs, mustConfirm: action.confirm === "always" || (action.confirm === "inferred" && isInferred), follow: action.follow });
}

const LEFT_ALONE: PlannedPart = { kind: "say", text: "I have not changed anything. Tell me if there is something you would like me to do." };

/**
 * The version is found by `think`, which may look it up. Of several records the one meant is handed on when that is clear; a
 * message that names none means the one spoken of last.
 */
function planRun(intent: string, action: { workflow: string; isVerified: boolean }, rights: Rights, understanding: Understanding, focus: CaseFocus, text: string): PlannedPart {
  if (action.isVerified && !rights.mayUseRecords) return { kind: "say", text: "I can do that for you as soon as you have signed in. Please sign in and ask me again." };
  const entities: Record<string, string[]> = {};
  for (const entity of understanding.entities) entities[entity.kind] = [...new Set([...(entities[entity.kind] ?? []), entity.value])];
  for (const [kind, spokenOf] of Object.entries(focus.records)) {
    const mentioned = entities[kind] ?? spokenOf.slice(0, 1);
    const meant = mentioned.length > 1 ? meantBy(text, intent, intent, mentioned) : undefined;
    entities[kind] = meant === undefined ? mentioned : [meant];
  }
  return { kind: "workflow", workflow: action.workflow, hash: "", intent, entities };
}

/** Asks for the first missing argument, then for a confirmation where one is wanted, then acts. */
function proceed(deps: DecideDeps, plan: { intent: string; tool: string; slots: PendingQuestion["slots"]; needs: readonly string[]; mustConfirm: boolean; follow: FollowRule | undefined }): Planned {
  const missing = plan.needs.find((slot) => plan.slots[slot] === undefined);
  if (missing !== undefined) {
    return { part: { kind: "say", text: askFor(missing) }, pending: { awaiting: "slot", intent: plan.intent, tool: plan.tool, slot: missing, slots: plan.slots } };
  }
  const tool = deps.tools.get(plan.tool);
  const sentence = plan.mustConfirm && tool !== undefined ? deps.describe(tool, plan.slots) : null;
  if (sentence !== null) {
    return { part: { kind: "say", text: `Shall I do this for you? ${sentence.replace(/\.$/, "")}. Please answer "yes" or "no".` }, pending: { awaiting: "confirmation", intent: plan.intent, tool: plan.tool, slot: null, slots: plan.slots } };
  }
  return { part: { kind: "tool", tool: plan.tool, arguments: plan.slots, ...(plan.follow === undefined ? {} : { follow: { ...plan.follow, hash: "" } }) }, pending: null };
}

const WHAT_IS_MEANT = "You have talked with a colleague since I asked you something, so I don't want to guess what you mean. What would you like me to do?";
/** The question of a run is put again behind it. */
const LET_ME_ASK = "You have talked with a colleague meanwhile, so I ask once more instead of guessing.";
const BARE_WORDS = 5;

/** "yes", "ok, do it", "no thanks": an answer, and nothing besides. */
function isBareAnswer(text: string): boolean {
  return (YES.test(text) || NO.test(text)) && !/\d{3,}|\?/.test(text) && text.trim().split(/\s+/).length <= BARE_WORDS;
}

const NOTHING_DONE: PlannedPart = { kind: "say", text: "All right, I have not changed anything. Is there something else I can do for you?" };

/**
 * Which of several records an action is about: the only one in the sentences that name the action, by the verb in the tool's
 * or the intent's name; for a look-up without such a sentence, the only one that stands elsewhere. Undefined: unclear.
 */
function meantBy(text: string, tool: string, intent: string, mentioned: readonly string[]): string | undefined {
  const verbs = new RegExp(`\\b(?:${verbsOf(tool, intent)})`, "iu");
  const clauses: string[] = [];
  for (const clause of text.split(/\n|(?<=[.!?;])\s+|,\s+|\s+(?:and|but|then|also)\s+/i)) {
    // "cancel 1046 and 1047": what begins with a record goes on with the clause before.
    if (clauses.length > 0 && /^\W*(?:(?:order|number|no\.?|nr\.?)\W+)*#?\d{3,}\b/i.test(clause)) clauses.push(`${clauses.pop() ?? ""} ${clause}`);
    else clauses.push(clause);
  }
  const inClause = (clause: string) => mentioned.filter((value) => clause.includes(value));
  const spoken = [...new Set(clauses.filter((clause) => verbs.test(clause)).flatMap(inClause))];
  if (spoken.length === 1) return spoken[0];
  const asked = [...new Set(clauses.filter((clause) => /\b(?:where|when|status|track|check|arriv)/i.test(clause)).flatMap(inClause))];
  return spoken.length === 0 && asked.length === 1 && /^(?:get|find|list|show|read)_/.test(tool) ? asked[0] : undefined;
}

/** A personal value that was found in the message and stands there as its placeholder, such as `[ADDRESS_1]`. */
function placeholderIn(text: string, slot: string): string | undefined {
  return new RegExp(`\\[${slot.toUpperCase()}_\\d+\\]`).exec(text)?.[0];
}

/** Whether the message forbids this tool's action, by the verb in the tool's or the intent's name. */
function isForbidden(text: string, tool: string, intent: string): boolean {
  return new RegExp(`\\b${FORBIDS}(?:${verbsOf(tool, intent)})`, "iu").test(text);
}

/** The verbs that both names begin with, for a regular expression. */
function verbsOf(tool: string, intent: string): string {
  return [...new Set([tool, intent].map((name) => name.split("_")[0] ?? name))].join("|");
}

function answerPending(deps: DecideDeps, pending: PendingQuestion, understanding: Understanding, text: string): { parts: PlannedPart[]; reason: string; pending: PendingQuestion | null } | null {
  if (pending.awaiting === "confirmation") {
    if (NO.test(text)) return { parts: [NOTHING_DONE], reason: "confirmation.refused", pending: null };
    if (YES.test(text) && text.length < 80) return { parts: [{ kind: "tool", tool: pending.tool, arguments: pending.slots }], reason: "confirmation.given", pending: null };
    return null;
  }
  const slot = pending.slot;
  if (slot === null) return null;
  if (NO.test(text)) return { parts: [NOTHING_DONE], reason: "question.withdrawn", pending: null };
  // A new request outranks the question: its record is not the answer that was waited for.
  const top = understanding.intents[0];
  const other = top !== undefined && top.confidence >= ACT_CONFIDENCE ? deps.intents.get(top.name)?.action : undefined;
  if (other?.kind === "handoff" || (other?.kind === "tool" && other.tool !== pending.tool)) return null;
  const named = understanding.entities.find((entity) => entity.kind === slot);
  // An argument no pattern finds (an address) is taken from the answer as it stands.
  const value = named?.value ?? (!slot.endsWith("_number") && text.trim().length >= 8 && !text.trim().endsWith("?") ? text.trim() : undefined);
  if (value === undefined) return null;
  const rule = deps.intents.get(pending.intent);
  const action = rule?.action.kind === "tool" ? rule.action : null;
  const planned = proceed(deps, { intent: pending.intent, tool: pending.tool, slots: { ...pending.slots, [slot]: value }, needs: action?.needs ?? [slot], mustConfirm: action?.confirm !== "never", follow: action?.follow });
  return { parts: [planned.part], reason: "question.answered", pending: planned.pending };
}

function askFor(slot: string): string {
  const words = slot.replace(/_/g, " ");
  return slot.endsWith("_number") ? `Which ${words.replace(/ number$/, "")} is it about? Please send me the ${words}.` : `What is the new ${words}? Please send it in full.`;
}

/** Records named now come first; the latest few are kept. */
function mergeRecords(before: Record<string, string[]>, understanding: Understanding): Record<string, string[]> {
  const records: Record<string, string[]> = { ...before };
  for (const entity of understanding.entities) {
    if (!entity.kind.endsWith("_number")) continue;
    records[entity.kind] = [entity.value, ...(records[entity.kind] ?? []).filter((value) => value !== entity.value)].slice(0, 5);
  }
  return records;
}
