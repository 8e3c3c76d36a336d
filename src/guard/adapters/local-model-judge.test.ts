import { deepStrictEqual, match } from "node:assert";
import { test } from "node:test";
import type { CallContext } from "../../models/call-context.ts";
import { createHashedEmbedder } from "../../models/embeddings/adapters/hashed.ts";
import { groundingContract } from "../groundedness.contract.ts";
import { createLocalModelJudge } from "./local-model-judge.ts";

const CALL: CallContext = { tenantId: "t", purpose: "judge", dataClasses: [], audiences: [] };
const judge = createLocalModelJudge({ embedder: createHashedEmbedder() });

groundingContract("local model", () => ({ ...judge, judge: (input) => judge.judge({ ...input, call: CALL }) }));

test("a sentence that means what the evidence says is supported, one with another figure or a not never", async () => {
  const embedder = { ...createHashedEmbedder(), embed: (texts: readonly string[]) => Promise.resolve(texts.map(() => new Float32Array([1, 0]))) };
  const ask = (reply: string) => createLocalModelJudge({ embedder }).judge({ reply, passages: ["Returns are free within 30 days of delivery."], facts: [], told: [], call: CALL });
  const same = await ask("Nothing has to be paid to bring it back to us.");
  deepStrictEqual(same.isGrounded, true);
  match(same.sentences[0]?.reason ?? "", /means what the evidence says/);
  for (const reply of ["Returns are free within 90 days of delivery.", "Returns are not free within 30 days of delivery."]) deepStrictEqual((await ask(reply)).isGrounded, false, reply);
});
