import { z } from "zod";
import { handToPerson } from "../talk/hand-to-person.ts";
import { endQuestion, openQuestion, readQuestion } from "../talk/question.store.ts";
import { readAnswer, type AnswerForm } from "../talk/read-answer.ts";
import { say } from "../talk/say.ts";
import type { TalkDeps, TalkTarget } from "../talk/talk-deps.ts";
import { declareFunction, defineFunction, durationMs, isoDuration, keyedId, talkTarget } from "./define-function.ts";
import type { FunctionCall } from "./function.ts";
import { askDeclined, askGaveUp, questionWithdrawn } from "./functions.errors.ts";

const input = z.strictObject({
  question: z.string().min(1).max(4_000),
  choices: z.array(z.string().min(1).max(200)).min(2).max(20).optional(),
  schema: z.record(z.string(), z.unknown()).optional().describe("JSON Schema of the answer: number, boolean, string with pattern or format, enum."),
  retry: z.string().max(4_000).optional().describe("What is said when the answer does not fit."),
  attempts: z.int().min(1).max(10).default(3),
  within: isoDuration.default("PT24H").describe("How long each question waits, not counting the time a person holds the conversation."),
  otherwise: z.enum(["handoff", "error"]).default("handoff").describe("What giving up does; in both ways the task fails with workflows.ask_gave_up."),
  intent: z.string().optional().describe("The intent this question belongs to: a message with this intent is an answer, not a change of subject."),
});
const output = z.object({ answer: z.unknown(), text: z.string().describe("The contact's own words."), attempts: z.int() });

type Input = z.infer<typeof input>;

/** Pauses while a person holds the conversation: half a minute first, five at most. */
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 5 * 60_000;

export const askDeclaration = declareFunction({ name: "ask", summary: "Asks the contact, waits for the reply and checks it.", input, output, traits: { waits: true, effects: true, needsConversation: true } });

/**
 * `call: ask`: puts a question to the contact and sleeps until the next message of theirs that goes to it.
 *
 * An answer that does not fit is asked again; one that takes the wish back ("no, forget it") ends it (`workflows.ask_declined`),
 * unless "no" is one of the choices. While a person holds the conversation the question waits with them; a closed
 * case ends it (`workflows.question_withdrawn`). Throws `workflows.ask_gave_up` when the attempts or the time are used up.
 */
export function askFunction(deps: TalkDeps) {
  return defineFunction({
    ...askDeclaration,
    async run(call, given) {
      const form: AnswerForm = { choices: given.choices ?? null, schema: given.schema ?? null, intent: given.intent ?? null, question: given.question };
      let text = given.question;
      for (let attempt = 1; attempt <= given.attempts; attempt += 1) {
        const heard = await putQuestion(deps, call, { given, form, attempt, text });
        if (heard === null) return giveUp(deps, call, given, "the contact did not answer in time");
        const answer = readAnswer(form, heard);
        if (answer.kind === "fits") return { answer: answer.value, text: heard, attempts: attempt };
        if (answer.kind === "declined") throw askDeclined();
        text = given.retry ?? `Sorry, I did not understand that. ${given.question}`;
      }
      return giveUp(deps, call, given, `no usable answer after ${given.attempts} attempts`);
    },
  });
}

type Attempt = { given: Input; form: AnswerForm; attempt: number; text: string };

/** One question from being put to being answered, in the contact's words; null when nobody answered in time. */
async function putQuestion(deps: TalkDeps, call: FunctionCall, asked: Attempt): Promise<string | null> {
  const { durable, subject } = call;
  for (let round = 0, pauseMs = FIRST_PAUSE_MS; ; round += 1) {
    const external = durable.external();
    const put = await durable.step(`ask.${asked.attempt}.${round}`, () => store(deps, call, asked, external.id));
    const [kind, time] = readPut(put);
    const id = questionId(call, asked.attempt, time);
    if (kind === "closed") throw questionWithdrawn();
    if (kind === "withheld") {
      await durable.sleep(pauseMs);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      continue;
    }
    const isAnswered = kind === "answered" || (await external.wait(durationMs(asked.given.within))).kind === "resolved";
    const state = isAnswered ? "answered" : await durable.step(`ask.${asked.attempt}.${round}.late`, () => settleLate(deps, call, id));
    if (state === "closed") throw questionWithdrawn();
    if (state === "expired") return null;
    // Read again on a replay: an answer never changes, and the journal holds no texts.
    if (state === "answered") return (await readQuestion(deps.database, subject.tenantId, id, null))?.answer ?? "";
    // A person holds the conversation: the same question waits on.
  }
}

/** What became of putting a question, and how many times the same one had ended before: `asked`, `asked 1`. */
type Put = "withheld" | "closed" | "asked" | "answered" | `${"asked" | "answered"} ${number}`;

function readPut(put: Put): [kind: string, time: number] {
  const [kind = put, time = "0"] = put.split(" ");
  return [kind, Number(time)];
}

/** A question that ended without use is put again under another key: what was said before was said then. */
function questionKey(call: FunctionCall, attempt: number, time: number): string {
  return `${call.idempotencyKey}:${attempt}${time === 0 ? "" : `:${time}`}`;
}

function questionId(call: FunctionCall, attempt: number, time: number): string {
  return keyedId("ques", { idempotencyKey: questionKey(call, attempt, time) });
}

/**
 * Sends the question once, and opens it, or gives the open one its new external id.
 *
 * A task that is carried out again (a retry, a resumed run) uses the answer it got, if that fits; a question that expired, was
 * withdrawn or got another answer is asked anew.
 */
async function store(deps: TalkDeps, call: FunctionCall, asked: Attempt, externalId: string): Promise<Put> {
  const target = talkTarget(call);
  for (let time = 0; ; time += 1) {
    const id = questionId(call, asked.attempt, time);
    const known = await readQuestion(deps.database, target.tenantId, id, null);
    if (known?.status === "answered" && readAnswer(asked.form, known.answer ?? "").kind === "fits") return `answered ${time}`;
    if (known !== null && known.status !== "waiting") continue;
    const kind = await open(deps, call, target, asked, { id, idempotencyKey: questionKey(call, asked.attempt, time), externalId });
    return kind === "asked" ? `asked ${time}` : kind;
  }
}

async function open(deps: TalkDeps, call: FunctionCall, target: TalkTarget, asked: Attempt, question: { id: string; idempotencyKey: string; externalId: string }): Promise<"asked" | "withheld" | "closed"> {
  const { idempotencyKey, ...keys } = question;
  const open = { ...keys, tenantId: target.tenantId, runId: target.runId, workflow: target.workflow, pointer: call.task.pointer, conversationId: target.conversationId, attempt: asked.attempt, expects: asked.form };
  const said = await say(deps, { ...target, idempotencyKey, text: asked.text, messageKind: "question", onlyInCase: call.subject.caseId, andThen: (query, { messageId, at }) => openQuestion(query, { ...open, messageId, at }) });
  if (said.kind !== "sent") return said.kind;
  // Said by an earlier attempt of this step or an earlier round: only the way to us is new.
  await deps.database.transaction(target.tenantId, (query) => openQuestion(query, { ...open, messageId: said.messageId, at: new Date(deps.clock.nowMs()) }));
  return "asked";
}

async function settleLate(deps: TalkDeps, call: FunctionCall, id: string): Promise<"expired" | "closed" | "answered" | "waiting"> {
  const { tenantId, caseId } = call.subject;
  const state = await readQuestion(deps.database, tenantId, id, caseId);
  const at = new Date(deps.clock.nowMs());
  if (state === null || state.status === "expired") return "expired";
  if (state.status === "withdrawn") return "closed";
  if (state.status === "answered") return "answered";
  if (!state.isCaseOpen) {
    await endQuestion(deps.database, { tenantId, id, status: "withdrawn", at });
    return "closed";
  }
  if (state.isHeldByPerson) return "waiting";
  // Somebody was faster: what it has become since counts.
  return (await endQuestion(deps.database, { tenantId, id, status: "expired", at })) ? "expired" : settleLate(deps, call, id);
}

async function giveUp(deps: TalkDeps, call: FunctionCall, given: Input, why: string): Promise<never> {
  if (given.otherwise === "handoff") {
    await call.durable.step("ask.handoff", () =>
      handToPerson(deps, { ...talkTarget(call), idempotencyKey: `${call.idempotencyKey}:handoff`, reason: "workflow.no_answer", summary: `The workflow "${call.subject.workflow.name}" needs an answer: "${given.question.slice(0, 300)}" (${why}).`, facts: [], nextStep: "Ask the contact, then finish the request by hand.", text: null, onlyInCase: call.subject.caseId }));
  }
  throw askGaveUp({ message: `No answer to "${given.question.slice(0, 200)}": ${why}.` });
}
