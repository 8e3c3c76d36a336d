import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createClaimReader } from "../../app/knowledge/claim-reader.ts";
import { draftArticle, titleOf } from "../gaps/draft-article.ts";
import { findContradictions } from "./find-contradictions.ts";
import { findPastDays } from "./find-outdated.ts";
import { meaningOf, nearestGap, withQuestion, type GapProfile } from "../gaps/group-questions.ts";
import { whyUnanswered } from "../gaps/why-unanswered.ts";

const claims = createClaimReader();

function group(questions: readonly string[]): string[][] {
  const gaps: GapProfile[] = [];
  const texts = new Map<string, string[]>();
  for (const text of questions) {
    const meaning = meaningOf(text, null);
    const near = nearestGap(meaning, gaps);
    const at = gaps.findIndex(({ id }) => id === near?.id);
    const gap = withQuestion(gaps[at] ?? { id: `gap_${gaps.length}`, questions: 0, terms: {}, vector: null }, meaning);
    if (at < 0) gaps.push(gap);
    else gaps[at] = gap;
    texts.set(gap.id, [...(texts.get(gap.id) ?? []), text]);
  }
  return [...texts.values()];
}

describe("gaps", () => {
  test("questions of one meaning are one group, others are not", () => {
    const grouped = group([
      "Can you engrave a name on my tent?", "Do you have gift cards?", "Is it possible to engrave names on tents?", "Do you sell gift cards for birthdays?", "I would like my name engraved on a tent", "Can I rent a tent for the weekend?", "Where can I buy a gift card?", "Do you rent out tents?",
    ]);
    assert.deepEqual(grouped.map((texts) => texts.length), [3, 3, 2], JSON.stringify(grouped));
  });

  test("near in meaning by vectors is one group whatever the words", () => {
    const [one, two] = [Float32Array.from([1, 0]), Float32Array.from([0.9, 0.43589])];
    const gap = withQuestion({ id: "gap_1", questions: 0, terms: {}, vector: null }, meaningOf("engraving tents", one));
    assert.equal(nearestGap(meaningOf("personalised camping gear", two), [gap])?.id, "gap_1");
    assert.equal(nearestGap(meaningOf("personalised camping gear", null), [gap]), null);
  });

  test("a turn leaves a gap by what it did, not by its words", () => {
    const turn = { text: "Can you engrave my tent?", parts: ["knowledge"], isHandedOff: false, handoffReason: null, evidence: { kind: "decline" as const, reason: "x" }, toolCalls: 0, citations: [] };
    assert.equal(whyUnanswered(turn), "unanswered");
    assert.equal(whyUnanswered({ ...turn, isHandedOff: true, handoffReason: "evidence.missing" }), "declined");
    assert.equal(whyUnanswered({ ...turn, isHandedOff: true, handoffReason: "agent.asked" }), "handed_off");
    assert.equal(whyUnanswered({ ...turn, isHandedOff: true, handoffReason: "contact.asked" }), null);
    assert.equal(whyUnanswered({ ...turn, isHandedOff: true, handoffReason: "autonomy.draft", evidence: { kind: "answer", reason: "x" } }), null);
    assert.equal(whyUnanswered({ ...turn, parts: ["tool"] }), null);
    assert.equal(whyUnanswered({ ...turn, toolCalls: 1 }), null);
    assert.equal(whyUnanswered({ ...turn, text: "thanks!" }), null);
  });

  test("the draft is a person's own sentences without greetings, and says what most replies say", () => {
    const draft = draftArticle({
      questions: ["Hi, can you engrave my name on a tent? Thanks", "engraving?"],
      answered: [
        { id: "turn_1", text: "a", reply: "Hello Emma, let me check that for you." },
        { id: "turn_2", text: "b", reply: "Hi!\n\nWe engrave names on tent poles for 12 euros. Engraving takes 5 working days. Could you tell me the name?\n\nKind regards, Anna" },
        { id: "turn_3", text: "c", reply: "We engrave tent poles, it costs 12 euros." },
      ],
    }, claims);
    assert.deepEqual(draft, { title: "Can you engrave my name on a tent?", body: "We engrave names on tent poles for 12 euros. Engraving takes 5 working days.", writer: "template", questionId: "turn_2" });
    assert.equal(draftArticle({ questions: ["x?"], answered: [{ id: "turn_1", text: "x", reply: "Thanks for your message!" }] }, claims), null);
    assert.equal(titleOf(["I was wondering if you deliver to Norway?"]), "You deliver to Norway?");
  });
});

describe("articles", () => {
  const passage = (text: string, heading = "", title = "Returns") => ({ title, heading, text });

  test("another figure or the opposite about the same is a contradiction", () => {
    const found = (one: string, other: string) => findContradictions(passage(one), passage(other, "", "Questions and answers"), claims).length;
    assert.equal(found("You can return items within 30 days of delivery.", "You can return items within 14 days of delivery."), 1);
    assert.equal(found("Sleeping bags can be washed in the machine.", "Sleeping bags cannot be washed in the machine."), 1);
    assert.equal(found("You can return items within 30 days of delivery.", "Items can be returned within 30 days."), 0, "the same");
    assert.equal(found("Return shipping costs 5 euros.", "Gift wrapping costs 3 euros."), 0, "about something else");
    assert.equal(found("Can you return items within 14 days?", "You can return items within 30 days."), 0, "a question says nothing");
  });

  test("different kinds of one thing do not contradict each other", () => {
    assert.deepEqual(findContradictions(passage("Standard delivery takes 3 working days.", "Standard", "Shipping"), passage("Express delivery takes 1 working day.", "Express", "Shipping"), claims), []);
    assert.equal(findContradictions(passage("Standard delivery takes 3 working days."), passage("Standard delivery takes 5 working days."), claims).length, 1);
  });

  test("a day that has passed makes outdated what was promised for it, and nothing else", () => {
    const nowMs = Date.parse("2026-11-21T12:00:00Z");
    const found = (text: string) => findPastDays(text, nowMs, claims).map(({ day }) => day);
    assert.deepEqual(found("Free shipping until 31 March 2026."), ["2026-03-31"]);
    assert.deepEqual(found("The offer is valid from 1 March 2026 to 31 December 2026."), [], "it has not ended");
    assert.deepEqual(found("We were founded on 1 May 1998."), []);
    assert.deepEqual(found("Free shipping until 31 December 2026."), []);
    assert.deepEqual(found("Free shipping until 24 December."), [], "it comes every year");
  });
});
