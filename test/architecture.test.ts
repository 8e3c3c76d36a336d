import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";

/** The import table of ARCHITECTURE.md: a part imports itself and earlier groups only. */
const GROUPS: readonly (readonly string[])[] = [
  ["lib", "shapes"],
  ["storage", "durable"],
  ["identity", "policy", "observe"],
  ["credentials"],
  ["outbound"],
  ["models"],
  ["intelligence", "guard", "knowledge"],
  ["tools", "channels"],
  ["handoff", "privacy"],
  ["agents", "workflows"],
  ["workspace"],
  ["conversation"],
  ["app"],
  ["cli"],
];

const files = globSync("src/**/*.ts").filter((file) => file.includes("/")).map((file) => file.replaceAll("\\", "/"));
const rank = (part: string) => GROUPS.findIndex((group) => group.includes(part));
const partOf = (file: string) => (file === "src/main.ts" ? "cli" : (file.split("/")[1] ?? ""));

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map((match) => normalize(join(dirname(file), match[1] ?? "")));
}

/** A file without its comments. */
function codeOf(file: string): string {
  return readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, "");
}

test("every folder of src stands in the import table", () => {
  const parts = new Set(files.map(partOf));
  assert.deepEqual([...parts].filter((part) => rank(part) < 0), []);
});

test("a part imports itself and earlier groups only", () => {
  const wrong: string[] = [];
  for (const file of files) {
    // Tests put parts together as compose does.
    if (file.endsWith(".test.ts") || file.endsWith(".contract.ts")) continue;
    for (const target of importsOf(file)) {
      if (!target.startsWith("src/")) wrong.push(`${file} imports ${target}`);
      else if (partOf(target) !== partOf(file) && rank(partOf(target)) >= rank(partOf(file))) wrong.push(`${file} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("nobody but app imports another part's adapters", () => {
  const wrong = files.filter((file) => !file.endsWith(".test.ts") && partOf(file) !== "app").flatMap((file) => importsOf(file).filter((target) => /^src\/[^/]+\/adapters\//.test(target) && partOf(target) !== partOf(file)).map((target) => `${file} imports ${target}`));
  assert.deepEqual(wrong, []);
});

test("SQL stands in stores, migrations and the storage part only", () => {
  const wrong = files.filter((file) => !/\.(store|test|contract)\.ts$/.test(file) && !file.startsWith("src/storage/") && /\b(insert into|update \w+ set|delete from|select [\w*., ]+ from)\b/.test(codeOf(file)));
  assert.deepEqual(wrong, []);
});

test("no file of the product names the ways around the type checker", () => {
  const sources = [...files, ...globSync("console/src/**/*.{ts,tsx}"), ...globSync("test/**/*.ts"), ...globSync("bench/**/*.ts", { exclude: ["**/node_modules/**"] }), ...globSync("scripts/**/*.ts"), ...globSync("examples/**/*.ts")];
  const self = "test/architecture.test.ts";
  const wrong = sources.filter((file) => file !== self && /(?<!\?): any\b|<any>|as any\b|as unknown as|@ts-(ignore|expect-error|nocheck)|oxlint-disable|eslint-disable/.test(codeOf(file)));
  assert.deepEqual(wrong, []);
});

test("the console imports the server by type only", () => {
  const wrong: string[] = [];
  for (const file of globSync("console/src/**/*.{ts,tsx}").filter((name) => !name.endsWith(".test.ts"))) {
    for (const match of readFileSync(file, "utf8").matchAll(/import (?!type)[^;]*from "([^"]*\/src\/[^"]*)"/g)) if (!normalize(join(dirname(file), match[1] ?? "")).startsWith("console/")) wrong.push(`${file}: ${match[1]}`);
  }
  assert.deepEqual(wrong, []);
});

test("names that say nothing are not used for files", () => {
  assert.deepEqual(files.filter((file) => /\/(utils?|helpers?|types|constants|services?|manager|index)\.ts$/.test(file) && !file.endsWith("/adapters/index.ts")), []);
});
