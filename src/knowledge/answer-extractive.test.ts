import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { answerExtractively, type ExtractiveAnswer } from "./answer-extractive.ts";
import type { Passage } from "./retrieve.ts";

let made = 0;
function passage(title: string, heading: string, text: string): Passage {
  made += 1;
  return { chunkId: `chunk_${made}`, documentId: `doc_${title}`, title, heading, text, score: 1, startOffset: 0, updatedAtMs: null };
}

const RETURNS = passage("Return an order", "How long you have", "You can return unused items within **30 days** of delivery. It starts on the day the carrier hands over the parcel. Items must have all tags attached.");
const REFUNDS = passage("When you get your refund", "How long a refund takes", "Your refund arrives within 5 to 7 working days. We email you when the money has been sent.");
const STEPS = passage("Return an order", "How to send an item back", "To send an item back:\n\n1. Open **My account > Orders**.\n2. Choose the items.\n3. Print the return label.\n\nKeep the receipt.");
const COSTS = passage("Shipping costs", "What shipping costs", "| Destination | Standard | Express |\n|---|---|---|\n| EU | €4.90 | €12.90 |\n| Norway | €9.90 | not available |");
const TENTS = passage("Care for your tent", "Clean it by hand", "Clean a tent by hand with lukewarm water. Never wash a tent in a washing machine.");
const ALL = [RETURNS, REFUNDS, STEPS, COSTS, TENTS];

function answered(answer: ExtractiveAnswer): Extract<ExtractiveAnswer, { kind: "answer" }> {
  if (answer.kind !== "answer") throw new Error(`no answer: ${JSON.stringify(answer)}`);
  return answer;
}

test("a time is answered by the sentence that states it, cited with its exact span", () => {
  const answer = answered(answerExtractively({ question: "How long do I have to return something?", passages: ALL }));
  ok(answer.text.startsWith("You can return unused items within 30 days of delivery."));
  ok(answer.text.endsWith("[1]"));
  strictEqual(answer.citations[0]?.documentId, RETURNS.documentId);
  ok(RETURNS.text.includes(answer.citations[0]?.quote ?? "?"));
  deepStrictEqual(answer.sentences[0], { text: "You can return unused items within 30 days of delivery.", passageIndex: 0 });
});

test("a sentence that points back brings the one before it", () => {
  const answer = answered(answerExtractively({ question: "On which day does the return period start, when the carrier hands over the parcel?", passages: ALL }));
  ok(answer.text.includes("within 30 days of delivery. It starts on the day"));
});

test("a list is told whole, with its lead-in and numbers", () => {
  const answer = answered(answerExtractively({ question: "How do I send an item back?", passages: [STEPS, RETURNS, TENTS] }));
  ok(answer.text.includes("To send an item back:\n1. Open My account > Orders.\n2. Choose the items.\n3. Print the return label."), answer.text);
});

test("of a table the row that was asked for is told in words", () => {
  const answer = answered(answerExtractively({ question: "What does shipping to Norway cost?", passages: [COSTS, RETURNS, TENTS] }));
  strictEqual(answer.text, "Norway: Standard €9.90, Express not available. [1]");
});

test("what the passages do not speak of is declined", () => {
  for (const question of ["What is the capital of Australia?", "Do you sell kayaks?", "Who won the world cup?", "Can I pay with bitcoin?"]) strictEqual(answerExtractively({ question, passages: ALL }).kind, "none", question);
  strictEqual(answerExtractively({ question: "How long?", passages: [] }).kind, "none");
  strictEqual(answerExtractively({ question: "ok thanks", passages: ALL }).kind, "none");
});

test("a single word is asked back with the titles it could mean", () => {
  const answer = answerExtractively({ question: "shipping", passages: [COSTS, passage("Countries we ship to", "", "We ship to all countries of the EU."), TENTS] });
  strictEqual(answer.kind, "ask_back");
  if (answer.kind === "ask_back") deepStrictEqual(answer.options.toSorted(), ["Countries we ship to", "Shipping costs"]);
});

test("a question that points back is read with the message before it", () => {
  const answer = answered(answerExtractively({ question: "and how long does it take?", passages: [REFUNDS, TENTS, COSTS], recentTerms: ["Do I get a refund?"] }));
  ok(answer.text.includes("5 to 7 working days"));
});

test("placeholders of redacted data count for nothing", () => {
  const [plain, redacted] = ["How long do I have to return something?", "Hi, I am [NAME_1] ([EMAIL_1]). How long do I have to return something?"].map((question) => answerExtractively({ question, passages: ALL }));
  deepStrictEqual(redacted, plain);
});

test("any question over any passages: deterministic, short, quotes exact, no Markdown left", () => {
  const word = fc.constantFrom("return", "tent", "how", "long", "?", "**", "refund", "cost", "|", "Norway", "it", "[1]", "##", "\n", "- ", "30 days", "😀", "\u0000");
  const text = fc.array(word, { maxLength: 60 }).map((words) => words.join(" "));
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 4 }), (question, bodies) => {
      const passages = [...bodies.map((body, number) => passage(`Title ${number}`, "Heading", body)), ...ALL];
      const answer = answerExtractively({ question, passages });
      deepStrictEqual(answerExtractively({ question, passages }), answer);
      if (answer.kind !== "answer") return;
      ok(answer.text.length <= 640);
      for (const [index, citation] of answer.citations.entries()) {
        strictEqual(citation.marker, index + 1);
        ok(citation.quote !== "" && passages.some((one) => one.documentId === citation.documentId && one.text.includes(citation.quote)));
      }
    }),
    { numRuns: 200 },
  );
});

test("the median answer takes less than a millisecond", () => {
  const times: number[] = [];
  for (let run = 0; run < 500; run += 1) {
    const startMs = performance.now();
    answerExtractively({ question: "How long do I have to return something, and what does shipping to Norway cost?", passages: ALL });
    times.push(performance.now() - startMs);
  }
  ok((times.sort((left, right) => left - right)[250] ?? Infinity) < 1);
});
