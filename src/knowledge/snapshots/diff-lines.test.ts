import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { diffLines, type DiffPart } from "./diff-lines.ts";

const linesOf = (parts: readonly DiffPart[], without: DiffPart["kind"]) => parts.filter(({ kind }) => kind !== without).flatMap(({ lines }) => lines).join("\n");

test("what stayed with what went is the old text, with what came the new one, and nothing is said twice", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c", "", "d e"), { maxLength: 14 }).map((lines) => lines.join("\n"));
  fc.assert(fc.property(text, text, (before, after) => {
    const parts = diffLines(before, after);
    assert.equal(linesOf(parts, "added"), before);
    assert.equal(linesOf(parts, "removed"), after);
    assert.ok(parts.every((part, index) => part.lines.length > 0 && part.kind !== parts[index - 1]?.kind));
  }), { numRuns: 2_000 });
});

test("the change is the least one", () => {
  const parts = diffLines("one\ntwo\nthree\nfour", "one\nthree\nfour\nfive");
  assert.deepEqual(parts, [{ kind: "same", lines: ["one"] }, { kind: "removed", lines: ["two"] }, { kind: "same", lines: ["three", "four"] }, { kind: "added", lines: ["five"] }]);
  assert.deepEqual(diffLines("a", "a"), [{ kind: "same", lines: ["a"] }]);
});

test("two long texts without a line in common are replaced, at once", () => {
  const [before, after] = ["x", "y"].map((letter) => Array.from({ length: 40_000 }, (_, line) => `${letter}${line}`).join("\n"));
  const beganMs = performance.now();
  assert.deepEqual(diffLines(before ?? "", after ?? "").map(({ kind, lines }) => [kind, lines.length]), [["removed", 40_000], ["added", 40_000]]);
  assert.ok(performance.now() - beganMs < 500);
});

test("two texts of which most lines differ are replaced, at once", () => {
  const [before, after] = ["a", "b"].map((letter) => Array.from({ length: 2_990 }, (_, line) => (line % 50 === 0 ? `same ${line}` : `${letter}${line}`)).join("\n"));
  const beganMs = performance.now();
  const parts = diffLines(before ?? "", after ?? "");
  assert.ok(performance.now() - beganMs < 500);
  assert.deepEqual(parts.map(({ kind, lines }) => [kind, lines.length]), [["same", 1], ["removed", 2_989], ["added", 2_989]]);
});

test("a few hundred changes in a long text are shown one by one", () => {
  const lines = Array.from({ length: 30_000 }, (_, line) => `line ${line}`);
  const changed = lines.map((line, at) => (at % 150 === 75 ? `${line}!` : line));
  const beganMs = performance.now();
  const parts = diffLines(lines.join("\n"), changed.join("\n"));
  assert.ok(performance.now() - beganMs < 500);
  assert.equal(parts.filter(({ kind }) => kind === "added").length, 200);
  assert.ok(parts.every(({ kind, lines: run }) => kind === "same" || run.length === 1));
});
