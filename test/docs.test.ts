import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { connectorsPage } from "../scripts/reference/connectors-page.ts";
import { errorsPage } from "../scripts/reference/errors-page.ts";
import { eventTypesPage } from "../scripts/reference/event-types-page.ts";
import { functionsPage, noteOf } from "../scripts/reference/functions-page.ts";
import { settingsPage } from "../scripts/reference/settings-page.ts";
import { openWorkspace } from "../src/app/open-workspace.ts";
import { checkSurroundings } from "../src/app/workflow-functions/check-documents.ts";
import { FUNCTION_DECLARATIONS } from "../src/app/workflow-functions/declarations.ts";
import { readWorkflow } from "../src/workflows/document/read-workflow.ts";
import { checkWorkflows } from "../src/workflows/verify/check-workflow.ts";

const pages = [...globSync("*.md"), ...globSync("docs/**/*.md"), ...globSync("examples/**/README.md"), ...globSync("bench/*.md")];

test("every relative link in the docs leads somewhere", () => {
  const broken: string[] = [];
  for (const page of pages) {
    for (const [, target] of readFileSync(page, "utf8").matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)) if (target !== undefined && !existsSync(join(dirname(page), target))) broken.push(`${page}: ${target}`);
  }
  assert.deepEqual(broken, []);
});

test("every npm script named in the docs exists", () => {
  const manifest: unknown = JSON.parse(readFileSync("package.json", "utf8"));
  const scripts = typeof manifest === "object" && manifest !== null && "scripts" in manifest && typeof manifest.scripts === "object" && manifest.scripts !== null ? Object.keys(manifest.scripts) : [];
  const missing = pages.flatMap((page) => [...readFileSync(page, "utf8").matchAll(/npm run ([a-z:]+)/g)].flatMap(([, name]) => (name !== undefined && !scripts.includes(name) ? [`${page}: ${name}`] : [])));
  assert.deepEqual(missing, []);
});

test("every source file named in the docs exists", () => {
  const missing = pages.flatMap((page) => [...readFileSync(page, "utf8").matchAll(/`((?:src|test|scripts|bench|examples|console)\/[a-zA-Z0-9_./-]+\.(?:ts|tsx|mjs|md|yaml|sql))`/g)].flatMap(([, path]) => (path !== undefined && !existsSync(path) ? [`${page}: ${path}`] : [])));
  assert.deepEqual(missing, []);
});

const generated: [page: string, script: string, make: () => string | Promise<string>][] = [
  ["connectors", "connectors", connectorsPage], ["settings", "settings", settingsPage], ["functions", "functions", functionsPage], ["workflow-errors", "errors", errorsPage], ["event-types", "event-types", eventTypesPage],
];
for (const [page, script, make] of generated) {
  test(`the reference page ${page} is what its script makes`, async () => {
    assert.equal(readFileSync(`docs/reference/${page}.md`, "utf8"), await make(), `run node scripts/reference/${script}-page.ts`);
  });
}

test("the example of each function passes the check", async () => {
  await using workspace = await openWorkspace("examples/shop");
  const surroundings = checkSurroundings(workspace);
  const sources = FUNCTION_DECLARATIONS.map(({ name }) => {
    const tasks = noteOf(name).example.split("\n").map((line) => `  ${line}`).join("\n");
    return readWorkflow(`document: { dsl: '1.0.3', namespace: docs, name: example-${name}, version: '1.0.0' }\nevaluate: { language: cel }\ndo:\n${tasks}\n`, `${name}.yaml`);
  });
  assert.deepEqual(checkWorkflows(sources, surroundings).filter((finding) => finding.severity === "error").map(({ place, message }) => `${place.file}:${place.line} ${message}`), []);
});

test("every dependency is argued for", () => {
  const manifest: unknown = JSON.parse(readFileSync("package.json", "utf8"));
  const text = readFileSync("docs/decisions/2026-11-21-dependencies.md", "utf8");
  const names = ["dependencies", "devDependencies", "optionalDependencies"].flatMap((field) => {
    const block: unknown = typeof manifest === "object" && manifest !== null ? Object.entries(manifest).find(([name]) => name === field)?.[1] : {};
    return typeof block === "object" && block !== null ? Object.keys(block) : [];
  });
  const isCovered = (name: string) => text.includes(`\`${name}\``) || [...text.matchAll(/`([^`]*)\*`/g)].some(([, prefix]) => prefix !== undefined && prefix !== "" && name.startsWith(prefix));
  assert.deepEqual(names.filter((name) => !isCovered(name)), []);
});

test("every dependency is pinned to one version", () => {
  const manifest = readFileSync("package.json", "utf8");
  assert.deepEqual([...manifest.matchAll(/"[^"]+": "[\^~><*][^"]*"/g)].map(([line]) => line).filter((line) => !line.includes('"node"')), []);
});
