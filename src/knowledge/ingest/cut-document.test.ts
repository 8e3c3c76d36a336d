import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { chunkMarkdown } from "../chunk-markdown.ts";
import { makeDocument } from "../sync/make-document.ts";
import { cutDocument } from "./cut-document.ts";

/** The longest time that nothing else could be done here while `work` went on. */
async function longestHold(work: Promise<unknown>): Promise<number> {
  let isDone = false;
  let longestMs = 0;
  const done = work.finally(() => (isDone = true));
  for (let beganMs = performance.now(); !isDone; beganMs = performance.now()) {
    await sleep(1);
    longestMs = Math.max(longestMs, performance.now() - beganMs);
  }
  await done;
  return longestMs;
}

test("a long text is cut in a thread, to the same chunks", async () => {
  const sentence = "The lamp is returned within thirty days of its delivery, in its box. ";
  const body = Array.from({ length: 400 }, (_, at) => `${at % 9 === 0 ? `## Part ${at}\n\n` : ""}${sentence.repeat(8)}`).join("\n\n");
  const cut = await cutDocument({ title: "Lamps", body });
  assert.ok(cut.kind === "ok");
  assert.deepEqual(cut.chunks, chunkMarkdown("Lamps", body));
});

test("a document of one endless line or list holds up nothing else", async () => {
  for (const text of ["words and ".repeat(400_000), "- a\n".repeat(900_000)]) {
    const made = makeDocument({ parse: () => assert.fail("a record is not parsed") }, {
      tenantId: "t", sourceId: "records", defaults: { audience: ["public"] }, item: { item: "1", uri: null, fingerprint: null }, fingerprint: null, nowMs: 0,
      content: { kind: "record", title: "Long", body: text, isHtml: false, language: "en", updatedAt: null, product: null, brand: null },
    });
    const heldMs = await longestHold(made);
    const document = await made;
    assert.ok(document.kind === "made" && document.chunks.length > 100);
    assert.ok(heldMs < 400, `${text.slice(0, 5)}: ${Math.round(heldMs)} ms`);
  }
});

test("a text that falls into endless parts is refused", async () => {
  const cut = await cutDocument({ title: "Parts", body: "# a\nb\n".repeat(100_000) });
  assert.ok(cut.kind === "refused");
  assert.deepEqual([cut.code, /100000 parts; at most 50000/.test(cut.reason)], ["too_large", true]);
});
