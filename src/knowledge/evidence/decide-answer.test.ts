import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { DEFAULT_EXTRACTIVE_LIMITS } from "../answer-extractive.ts";
import type { EarlierMessage } from "../build-query.ts";
import type { Passage } from "../retrieve.ts";
import { decideAnswer, type AnswerDecision } from "./decide-answer.ts";
import { kindsOf } from "./kinds-of.ts";
import { openReferences } from "./open-references.ts";

let made = 0;
function passage(title: string, text: string): Passage {
  made += 1;
  return { chunkId: `chunk_${made}`, documentId: `doc_${title}`, title, heading: "", text, score: 1, startOffset: 0, updatedAtMs: null };
}

const BOAT = passage("Boat loan", "For a boat loan you need a certificate of eligibility and proof of income.");
const STUDENT = passage("Student loan", "For a student loan you need a letter of your school and your last tax return.");
const CAR = passage("Car loan", "For a car loan you need the papers of the car and proof of income.");
const LOANS = [BOAT, STUDENT, CAR];
const contact = (text: string): EarlierMessage => ({ author: "contact", text });

function decide(question: string, passages: readonly Passage[], earlier?: readonly EarlierMessage[]): AnswerDecision {
  return decideAnswer({ question, passages, limits: DEFAULT_EXTRACTIVE_LIMITS, ...(earlier === undefined ? {} : { earlier }) });
}

test("a reference that nothing explains is asked back with the kinds the passages know", () => {
  const decision = decide("What papers do I need to apply for the loan?", LOANS, []);
  strictEqual(decision.kind, "ask_back");
  if (decision.kind === "ask_back") deepStrictEqual(decision.options.toSorted(), ["boat loan", "car loan", "student loan"]);
  ok(decision.reason.includes("the loan"));
});

test("once the talk has named it, or nobody knows the talk, it is answered", () => {
  strictEqual(decide("What papers do I need to apply for the loan?", LOANS, [contact("I want a boat loan")]).kind, "answer");
  strictEqual(decide("What papers do I need to apply for the loan?", LOANS).kind, "answer");
});

test("an answer names its evidence, and a decline what is lacking", () => {
  const answer = decide("What do I need for a student loan?", LOANS, []);
  ok(answer.kind === "answer" && answer.evidence.best.passage === 1 && /^evidence 0\.\d\d in passage 2$/.test(answer.reason), answer.reason);
  const decline = decide("Which school won the football cup?", LOANS, []);
  ok(decline.kind === "decline" && decline.confidence < 0.45 && decline.reason.endsWith("0.45 is needed"), decline.reason);
  deepStrictEqual(decide("What do I need?", [], []), { kind: "decline", reason: "no passage was found", confidence: 0 });
});

test("a question that leaves the talk behind without evidence is asked back with what it could be about", () => {
  const talk = [contact("How do I wash my down jacket, the blue one with the torn zip?"), { author: "ai" as const, text: "Wash the jacket by hand with mild soap, close every zip, and dry it flat in the shade." }];
  const decision = decide("Which notary certifies collateral agreements for ships?", LOANS, talk);
  ok(decision.kind !== "answer", decision.reason);
  strictEqual(decide("Which notary certifies collateral agreements for ships?", LOANS, [contact("Hello")]).kind, "decline");
});

test("what is named, said more closely or known is no open reference", () => {
  const open = (question: string, known: string[] = []) => openReferences(question, new Set(known)).map(({ text }) => text);
  deepStrictEqual(open("Did the clinic call?"), ["the clinic call"]);
  deepStrictEqual(open("What does this type of loan cost?"), ["this loan cost"]);
  for (const question of ["Who wrote the book of songs?", "Where is the Rubicon Trail?", "What is a loan?", "Is that so?"]) deepStrictEqual(open(question), [], question);
  deepStrictEqual(open("Did the clinic call?", ["clinic"]), []);
});

test("kinds are what stands directly before the thing, each once", () => {
  deepStrictEqual(kindsOf("loans", [...LOANS, passage("More", "Boat loans, 30 loans, other loans. A student\nloan.")]).toSorted(), ["boat loan", "car loan", "student loan"]);
  deepStrictEqual(kindsOf("the", LOANS), []);
});

test("any text is decided, the same each time", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.array(fc.string({ unit: "binary", maxLength: 200 }), { maxLength: 3 }), (question, texts) => {
    const passages = texts.map((text, number) => passage(`p${number}`, text));
    deepStrictEqual(decide(question, passages, [contact(texts[0] ?? "")]), decide(question, passages, [contact(texts[0] ?? "")]));
  }), { numRuns: 200 });
});
