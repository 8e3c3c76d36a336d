import type { Durable } from "../../durable/durable.ts";
import { restore } from "../../guard/redactor.ts";
import { DATA_CLASSES } from "../../shapes/data-class.ts";
import { modelContextOf } from "../model-context.ts";
import type { StageNote, Trace } from "../trace.ts";
import type { TurnDeps } from "../turn-deps.ts";
import type { Decision, Rights, TurnContext } from "../turn.ts";
import { EXTRACTIVE, withheldDraft, type Draft } from "./compose.ts";
import { namesOf, type RedactedTurn } from "./redact.ts";
import { verify, type Verdict } from "./verify.ts";
import { composeWithoutModel, noteWritten, type Composed } from "./write-reply.ts";

/** The first draft, the repaired one, the one without a model; and one to spare. */
const ATTEMPTS = 4;

type Turn = { context: TurnContext; rights: Rights; decision: Decision; redacted: RedactedTurn };

/** Stage `verify`: judged, repaired once, else answered without the model, else handed off. The placeholders are put back first. */
export async function check(deps: TurnDeps, durable: Durable, trace: Trace, turn: Turn, composed: Composed): Promise<Composed> {
  const { context, decision, redacted, rights } = turn;
  const judge = createJudge(deps, durable, trace, turn);
  let current = restored(composed, redacted);
  const first = await judge(current);
  if (first.isSendable) return current;
  const writer = deps.writer;
  if (writer !== null && current.draft.model !== EXTRACTIVE) {
    // The faults quote the answer with the values put back, and the model may not see those.
    const feedback = deps.redactor.redact({ text: describeFaults(first), known: redacted.placeholders, names: namesOf(context) }).text;
    const repaired = await trace.stage("compose", () => writer(deps, durable, { context, rights, decision, acted: current.acted, redacted, feedback }), noteWritten);
    current = { draft: repaired.kind === "written" ? repaired.draft : current.draft, acted: repaired.acted };
    if (repaired.kind === "written") {
      current = restored(current, redacted);
      if ((await judge(current)).isSendable) return current;
    } else deps.log.warn("conversation.repair_failed", { turnId: context.turnId, reason: repaired.reason });
    deps.live.publish({ kind: "withdrawn", tenantId: context.tenantId, conversationId: context.conversationId, turnId: context.turnId });
    current = restored(await composeWithoutModel(deps, durable, trace, context, decision, current.acted, redacted, "the model's answer was not supported"), redacted);
    if ((await judge(current)).isSendable) return current;
  }
  return { draft: withheldDraft("verify.failed"), acted: current.acted };
}

/** Everything a reply is judged by goes to a judge with a model as it is, so it is marked as personal: the models' own rules hide it. */
function createJudge(deps: TurnDeps, durable: Durable, trace: Trace, turn: Turn): (composed: Composed) => Promise<Verdict> {
  const call = { ...modelContextOf(turn, { purpose: "judge", stage: "verify", cache: "off" }), dataClasses: DATA_CLASSES };
  let attempt = 0;
  return ({ draft, acted }) => {
    attempt += 1;
    return trace.stage("verify", () => verify(deps, durable, { draft, acted, context: turn.context, call, attempt: turn.context.round * ATTEMPTS + attempt }), (verdict) => noteVerdict(deps.judge.id, verdict));
  };
}

function noteVerdict(by: string, { isSendable, reason, grounding, leaks, forbidden }: Verdict): StageNote {
  const { usage, failure, sentences = [] } = grounding ?? {};
  const unsupported = sentences.filter((sentence) => !sentence.isSupported);
  return {
    reason, result: isSendable ? "ok" : "refused", ...(usage ?? {}),
    detail: {
      by, leaks, unsupported: unsupported.length, ...(grounding === null ? {} : { score: grounding.score }), ...(failure === undefined ? {} : { failure }),
      // Why, without what the sentences say: they may be personal.
      ...(unsupported.length === 0 ? {} : { faults: [...new Set(unsupported.map((sentence) => sentence.reason.split(":")[0] ?? ""))] }), ...(forbidden.length === 0 ? {} : { rules: forbidden.map((fault) => fault.rule) }),
    },
  };
}

function restored(composed: Composed, redacted: RedactedTurn): Composed {
  if (redacted.placeholders.length === 0) return composed;
  const draft: Draft = { ...composed.draft, text: restore(composed.draft.text, redacted.placeholders) };
  return { ...composed, draft };
}

function describeFaults({ grounding, forbidden, reason }: Verdict): string {
  const unsupported = grounding?.sentences.filter((sentence) => !sentence.isSupported).map((sentence) => `- ${sentence.sentence} (${sentence.reason})`) ?? [];
  if (unsupported.length > 0) return `These sentences are not supported by the sources; leave them out or correct them:\n${unsupported.join("\n")}`;
  const broken = forbidden.map((fault) => `- ${fault.rule}${fault.sentence === "" ? "" : `: ${fault.sentence}`}`);
  if (broken.length > 0) return `The house does not allow replies to say this (promises, topics and tone are its rules); write the answer without it:\n${broken.join("\n")}`;
  return `The answer was refused: ${reason}. Write it without that.`;
}
