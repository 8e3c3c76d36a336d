import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { groundingContract } from "../groundedness.contract.ts";
import { createBuiltInGroundingJudge } from "./built-in-judge.ts";
import { cpuNowMs } from "../../../test/cpu-now.ts";

groundingContract("built-in", createBuiltInGroundingJudge);

const { judge } = createBuiltInGroundingJudge();
const reasonsOf = (reply: string, passage: string, told: readonly string[] = []) => judge({ reply, passages: [passage], facts: [], told }).sentences.map(({ reason }) => reason);

test("a passage supports each of its own sentences", () => {
  const passage = "The Alpine tent weighs 2.4 kg. It sleeps two people, not three. Poles are not sold apart! No dogs are allowed in the shop. It is open on 5 May 2026 from 9:30.";
  ok(judge({ reply: passage, passages: [passage], facts: [], told: [] }).sentences.every(({ isSupported }) => isSupported));
});

test("a reason names what stands nowhere", () => {
  deepStrictEqual(reasonsOf("It costs €99 until 7 June.", "It costs €89."), ["stands nowhere: 7 June, €99"]);
});

test("a number worn by other words loses support", () => {
  match(reasonsOf("Exchanges are possible within 30 days.", `Exchanges are possible within 14 days. We have shops. They are nice. People like them. Returns are possible within 30 days.`)[0] ?? "", /beside other words/);
});

test("a question and its answer are read together", () => {
  const passage = "Can I bring my dog? No, that is against our house rules.";
  strictEqual(judge({ reply: "You can bring your dog.", passages: [passage], facts: [], told: [] }).isGrounded, false);
});

test("the same denial in other words is no contradiction", () => {
  for (const [reply, passage] of [
    ["Delivery service is not available.", "We do not offer delivery service."],
    ["There is no outdoor seating.", "Outdoor seating is not available here."],
    ["Parking is free.", "There is no charge for parking."],
  ] as const)
    ok(!reasonsOf(reply, passage).includes("the evidence says the opposite"), reply);
});

test("numbers mean the same in words, with units and in other notations", () => {
  for (const [reply, passage] of [
    ["It takes three days.", "It takes 3 days."],
    ["It takes 3 days.", "It takes three days."],
    ["It costs 1.299,00 EUR.", "It costs €1,299.00."],
    ["It arrives on January 9.", "It arrives 2026-01-09."],
    ["We open at 9 am.", "We open at 09:00."],
  ] as const)
    ok(judge({ reply, passages: [passage], facts: [], told: [] }).isGrounded, reply);
});

test("what this case was told before counts as evidence and may be repeated", () => {
  ok(judge({ reply: "As I said, a colleague checks the pump today.", passages: [], facts: [], told: ["A colleague checks the pump today."] }).isGrounded);
});

test("what contacts said of themselves may be repeated, their figures prove nothing", () => {
  const own = ["I am Anna Berg, anna@example.com, and I have 90 days, don't I?"];
  const ask = (reply: string) => judge({ reply, passages: ["We write to the mail address of your account. Returns are free within 30 days."], facts: [], told: [], own });
  ok(ask("We write to your mail address anna@example.com.").isGrounded);
  strictEqual(ask("Returns are free within 90 days.").isGrounded, false);
  strictEqual(ask("We write to your mail address eve@example.com.").isGrounded, false);
});

test("years, number words and spelled numbers mean the same", () => {
  for (const [reply, passage] of [["The house opened in 1935.", "The house opened on January 8, 1935."], ["They won 2 gold medals.", "They won two gold medals."]] as const) ok(judge({ reply, passages: [passage], facts: [], told: [] }).isGrounded, reply);
});

test("a name nobody spoke of is not grounded", () => {
  match(reasonsOf("You find the tent in our shop in Berlin or online.", "You find the tent in our shop in Oslo or online.")[0] ?? "", /stands nowhere: Berlin/);
});

test("a promise of what the evidence leaves open is not grounded", () => {
  for (const [reply, passage] of [["The parcel will arrive today.", "The parcel may arrive today."], ["Delivery always takes 3 days.", "Delivery usually takes 3 days."]] as const) deepStrictEqual(reasonsOf(reply, passage), ["the evidence says it less surely"], reply);
  ok(judge({ reply: "You may return it.", passages: ["You can return it."], facts: [], told: [] }).isGrounded);
});

test("the line before a list claims nothing, and a reply that follows its evidence may have a freer sentence", () => {
  deepStrictEqual(reasonsOf("Here are the steps:", "Open your account."), ["claims nothing (introduction)"]);
});

test("whole replies are ranked: what follows the evidence, what asks, what speaks of its writer", () => {
  const passage = "Returns are free within 30 days of delivery.";
  const scores = ["Returns are free within 30 days of delivery.", "Do you want returns within 30 days of delivery?", "I love our wool, my favourite is from Norway."].map((reply) => judge({ reply, passages: [passage], facts: [], told: [] }).score);
  deepStrictEqual(scores, scores.toSorted((one, other) => other - one));
});

test("placeholders and citation markers are no numbers", () => {
  ok(judge({ reply: "Standard delivery takes 3 days [2], [NAME_1].", passages: ["Standard delivery takes 3 days."], facts: [], told: [] }).isGrounded);
});

test("a reply of thousands of sentences is not grounded", () => {
  strictEqual(judge({ reply: "Hello! ".repeat(1000), passages: [], facts: [], told: [] }).isGrounded, false);
});

test("any texts give supports within bounds", () => {
  const text = fc.array(fc.oneof(fc.constantFrom("not ", "30 days. ", "€5 ", "free ", "5 May ", "?", "\n- ", "a@b.de "), fc.string({ unit: "grapheme", maxLength: 10 })), { maxLength: 10 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(text, text, text, (reply, passage, told) => {
      const { score, sentences } = judge({ reply, passages: [passage], facts: [], told: [told] });
      return score >= 0 && score <= 1 && sentences.every(({ support }) => support >= 0 && support <= 1);
    }),
    { numRuns: 200 },
  );
});

test("a usual reply is judged in milliseconds and a long one without blowing up", () => {
  const passages = Array.from({ length: 5 }, (_, i) => `Standard delivery ${i} takes 3 to 5 days and costs €4.90. We do not deliver to PO boxes. `.repeat(12));
  const reply = "Standard delivery takes 3 to 5 days and costs €4.90. ".repeat(38);
  const times = Array.from({ length: 30 }, () => {
    const before = cpuNowMs();
    judge({ reply, passages, facts: [], told: [] });
    return cpuNowMs() - before;
  }).toSorted((one, other) => one - other);
  ok((times[15] ?? 99) < 25, `p50 ${times[15]} ms`);
  for (const piece of ["a ", "Not ", "5 ", "1.", "a@b.", "http://x", "5 May ", "Hello, ", "? ", "9am"]) {
    const text = piece.repeat(Math.ceil(300_000 / piece.length));
    const before = cpuNowMs();
    judge({ reply: text, passages: [text], facts: [], told: [text] });
    ok(cpuNowMs() - before < 10_000, `${piece} took ${cpuNowMs() - before} ms`);
  }
});
