import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createCanvas } from "@napi-rs/canvas";
import { givenDefaults, type SourceDefaults } from "../sources/source.ts";
import { sourcesFile } from "../sources/sources-file.ts";
import { makeDocument } from "../sync/make-document.ts";
import { findLanguageData, ocrLanguageFault } from "./ocr-languages.ts";
import { parseDocument } from "./parse-document.ts";

function pictureOf(text: string): Buffer {
  const canvas = createCanvas(1240, 400);
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, 1240, 400);
  context.fillStyle = "black";
  context.font = "40px sans-serif";
  context.fillText(text, 80, 200);
  return canvas.toBuffer("image/png");
}

const ADVICE = /npm install @tesseract\.js-data\/deu/;

/** A picture of a source whose documents have these defaults, read as its sync would. */
function take(defaults: SourceDefaults) {
  const content = { kind: "file" as const, bytes: pictureOf("Broken lamps are replaced within two weeks."), name: "notice.png", mediaType: null, updatedAt: null };
  return makeDocument({ parse: parseDocument }, { tenantId: "t", sourceId: "scans", defaults, item: { item: "notice.png", uri: null, fingerprint: null }, content, fingerprint: null, nowMs: 0 });
}

test("pictures are read in the languages that their source names; one whose data is not installed is refused with what to install", async () => {
  for (const defaults of [{ audience: ["public"] }, { audience: ["public"], ocrLanguages: ["eng"] }]) {
    const read = await take(defaults);
    assert.ok(read.kind === "made", read.kind);
    assert.match(read.document.body, /lamps are replaced within two weeks/);
  }
  const refused = await take({ audience: ["public"], ocrLanguages: ["eng", "deu"] });
  assert.ok(refused.kind === "refused");
  assert.equal(refused.code, "unsupported");
  assert.match(refused.reason, ADVICE);
  assert.equal((await take({ audience: ["public"] })).kind, "made", "the next file is read");
});

test("a source that names a language without data is not taken, in the file or over the API, and says what to install", () => {
  const given = givenDefaults.safeParse({ audience: ["public"], ocrLanguages: ["eng", "deu"] });
  assert.deepEqual(given.error?.issues.map(({ path }) => path.join(".")), ["ocrLanguages.1"]);
  assert.match(given.error?.issues[0]?.message ?? "", ADVICE);
  assert.match(sourcesFile.safeParse({ sources: [{ name: "scans", kind: "folder", ocrLanguages: ["deu"] }] }).error?.issues[0]?.message ?? "", ADVICE);
  assert.ok(sourcesFile.safeParse({ folder: { audience: ["public"], ocrLanguages: ["eng"] } }).success);
  for (const code of ["../../etc", "English", "e"]) assert.ok(!givenDefaults.safeParse({ audience: [], ocrLanguages: [code] }).success, code);
});

test("data is found in installed packages and nowhere else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "baton-ocr-"));
  try {
    const place = join(folder, "node_modules", "@tesseract.js-data", "deu");
    await mkdir(join(place, "4.0.0_best_int"), { recursive: true });
    await writeFile(join(place, "package.json"), "{}");
    assert.equal(findLanguageData("deu", folder), null, "a package without its data");
    await writeFile(join(place, "4.0.0_best_int", "deu.traineddata.gz"), "");
    assert.equal(findLanguageData("deu", folder), join(place, "4.0.0_best_int", "deu.traineddata.gz"));
    assert.equal(findLanguageData("../deu", folder), null);
    assert.equal(ocrLanguageFault("eng"), null);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
