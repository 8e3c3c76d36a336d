import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { restore, type Placeholder } from "../../../guard/redactor.ts";
import { isRecord } from "../../../lib/is-record.ts";
import { createEventRelay } from "./relay-events.ts";

const PLACEHOLDERS: Placeholder[] = [{ token: "[EMAIL_1]", kind: "email", value: "jo@acme.example" }, { token: "[NAME_1]", kind: "name", value: "Jo \"O\" [EMAIL_1]" }];
const piece = fc.constantFrom("[EMAIL_1]", "[NAME_1]", "[EM", "AIL_1]", "[", "]", "see [1]", "plain ", "Grüße 訪問", "\"\\", "[NAME_", "1", "data: x\n\n", "[DONE]");
const event = (value: object) => `data: ${JSON.stringify(value)}`;
const chunk = (delta: object, finish: string | null = null) => event({ id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] });

/** The stream as the provider's connection gives it, cut at these places. */
function relayed(bytes: Buffer, cuts: readonly number[], placeholders: readonly Placeholder[]): { written: Buffer[]; usage: unknown } {
  const written: Buffer[] = [];
  const relay = createEventRelay({ placeholders, isJson: false, wantsUsage: false, maxCharacters: 100_000, details: {}, write: (part) => void written.push(part), onBegin: () => {} });
  const places = [0, ...new Set(cuts.map((cut) => cut % bytes.length).toSorted((one, other) => one - other)), bytes.length];
  for (const [at, from] of places.slice(0, -1).entries()) if (places[at + 1] !== from) relay.push(bytes.subarray(from, places[at + 1]));
  relay.end();
  return { written, usage: relay.figures() };
}

function textOf(written: readonly Buffer[]): string {
  const events = Buffer.concat(written).toString("utf8").split("\n\n").filter((each) => each.startsWith("data: ")).map((each): unknown => JSON.parse(each.slice(6)));
  return events.map((each) => {
    const choice: unknown = isRecord(each) && Array.isArray(each["choices"]) ? each["choices"][0] : null;
    return isRecord(choice) && isRecord(choice["delta"]) && typeof choice["delta"]["content"] === "string" ? choice["delta"]["content"] : "";
  }).join("");
}

test("however a stream is cut, on its way and into events, the client reads every word once and its own values", () => {
  fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 8 }), fc.constantFrom("\n\n", "\r\n\r\n"), (pieces, cuts, border) => {
    const events = [": ping", chunk({ role: "assistant", content: "" }), ...pieces.map((content) => chunk({ content })), chunk({}, "stop"), event({ id: "c", choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }), "data: [DONE]"];
    const { written, usage } = relayed(Buffer.from(events.map((each) => each + border).join("")), cuts, PLACEHOLDERS);
    assert.equal(textOf(written.map((each) => Buffer.from(each.toString("utf8").replaceAll("\r\n", "\n")))), restore(pieces.join(""), PLACEHOLDERS));
    assert.deepEqual(usage, { prompt_tokens: 3, completion_tokens: 2 });
  }));
});

test("events in which nothing changes stay the bytes they are, and what comes at once leaves at once", () => {
  const plain = [chunk({ role: "assistant" }), chunk({ content: "One [1], " }), chunk({ content: "two." })].map((each) => `${each}\n\n`).join("");
  const bytes = Buffer.from(`${plain}${chunk({ content: "To [EMAIL_1]" })}\n\n${chunk({}, "stop")}\n\ndata: [DONE]\n\n`);
  const { written } = relayed(bytes, [], PLACEHOLDERS);
  assert.equal(written.length, 1);
  const text = String(written[0]);
  assert.ok(text.startsWith(plain));
  assert.match(text, /To jo@acme\.example/);
});

test("nothing leaves before the model's first words, by whatever name they come; then all of it does, once", () => {
  for (const delta of [{ content: "Yes" }, { reasoning: "Hm" }, { tool_calls: [{ index: 0, id: "c", function: { name: "f", arguments: "" } }] }, { content: [{ type: "text", text: "Yes" }] }]) {
    const written: Buffer[] = [];
    let begun = 0;
    const relay = createEventRelay({ placeholders: [], isJson: false, wantsUsage: false, maxCharacters: 1_000, details: {}, write: (part) => void written.push(part), onBegin: () => void (begun += 1) });
    const opening = `: ping\n\n${chunk({ role: "assistant", content: "", tool_calls: [], refusal: null })}\n\n`;
    relay.push(Buffer.from(opening));
    assert.deepEqual([written.length, begun], [0, 0]);
    const first = `${chunk(delta)}\n\n`;
    relay.push(Buffer.from(first));
    relay.push(Buffer.from(first));
    assert.deepEqual([String(Buffer.concat(written)), begun], [opening + first + first, 1], JSON.stringify(delta));
  }
});

test("an answer is counted with its thinking, and ended far beyond its limit", () => {
  const relay = createEventRelay({ placeholders: [], isJson: false, wantsUsage: false, maxCharacters: 100_000, details: {}, write: () => {}, onBegin: () => {} });
  relay.push(Buffer.from(`${chunk({ reasoning_content: "x".repeat(30_000) })}\n\n${chunk({ content: "y".repeat(30_000) })}\n\n`));
  assert.equal(relay.characters(), 60_000);
  assert.throws(() => {
    for (let each = 0; each < 20; each += 1) relay.push(Buffer.from(`${chunk({ content: "y".repeat(30_000) })}\n\n`));
  }, { code: "models.invalid_answer" });
});
