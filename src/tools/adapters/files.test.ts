import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../../lib/clock.ts";
import { createLog } from "../../lib/log.ts";
import type { ToolResult } from "../tool.ts";
import { openWayOut, toolSourceContract, type ContractSystem } from "../tool-source.contract.ts";
import { filesSource } from "./files.ts";

/** A workspace with a folder `manuals`, and beside it what must not be reached. */
async function makeFolder(): Promise<AsyncDisposable & { folder: string; outside: string }> {
  const outside = await mkdtemp(join(tmpdir(), "baton-files-"));
  const folder = join(outside, "workspace");
  const manuals = join(folder, "manuals");
  await mkdir(join(manuals, "kettle"), { recursive: true });
  await mkdir(join(outside, "workspace-of-others"));
  await writeFile(join(manuals, "kettle", "clean.md"), "Fill it with vinegar. ".repeat(200));
  await writeFile(join(manuals, "grüße.txt"), "👋".repeat(400));
  await writeFile(join(manuals, "picture.bin"), Buffer.from([0, 1, 2, 255]));
  await writeFile(join(manuals, ".env"), "password");
  await writeFile(join(outside, "secret.txt"), "password");
  await writeFile(join(outside, "workspace-of-others", "secret.txt"), "password");
  await symlink(join(outside, "secret.txt"), join(manuals, "link.txt"));
  await symlink(outside, join(manuals, "up"));
  await symlink(join(manuals, "kettle"), join(manuals, "inside"));
  return { folder, outside, [Symbol.asyncDispose]: () => rm(outside, { recursive: true, force: true }) };
}

const declaration = { kind: "files", name: "manuals", purpose: "Manuals of our devices.", folder: "manuals", maxReadBytes: 1_001 };

async function start(): Promise<ContractSystem> {
  const made = await makeFolder();
  return {
    declaration, folder: made.folder, secrets: {}, hidden: ["password"],
    found: { tool: "list_manuals", arguments: { path: "kettle" }, output: { entries: [{ path: "kettle/clean.md", kind: "file", bytes: 4_400 }], isCut: false } },
    missing: { tool: "read_manuals", arguments: { path: "nothing.md" } },
    bound: null, slow: null, large: null, odd: null, effect: null, unrepeatable: null, leave: null,
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

toolSourceContract("files", filesSource, start, {
  without: { bound: "files belong to nobody", slow: "a folder is there or it is not", large: "a read gives part of a file", odd: "the shape is the tool's own", effect: "it only reads", unrepeatable: "it only reads", away: "a folder cannot be away" },
});

async function open(folder: string, declared: Record<string, unknown> = declaration, fileFolders: string[] = []) {
  const opened = await filesSource.open(filesSource.declaration.parse(declared), { file: "tools/x.yaml", folder, tenantId: "acme", at: () => "" }, { secrets: { read: () => assert.fail() }, clock: systemClock, log: createLog({ level: "error", isPretty: true }), fileFolders, ...openWayOut([]) });
  const tools = new Map(opened.tools.map(({ tool }) => [tool.name, tool]));
  return async (name: string, given: Record<string, unknown>): Promise<ToolResult> => {
    const tool = tools.get(name) ?? assert.fail(name);
    const input = tool.input.parse(given);
    if (!input.isFit) return assert.fail(input.reason);
    return tool.run(input.value, { tenantId: "acme", contact: { contactId: "c", email: "e", externalId: null }, idempotencyKey: "k", sql: { query: () => assert.fail(), transaction: () => assert.fail() }, signal: new AbortController().signal });
  };
}

test("files: nothing outside of the folder is read, listed or found", async () => {
  await using made = await makeFolder();
  execFileSync("mkfifo", [join(made.folder, "manuals", "pipe")]);
  const run = await open(made.folder);
  for (const path of ["../secret.txt", "..", "kettle/../../secret.txt", "link.txt", "up/secret.txt", "up", "inside/clean.md", "../workspace-of-others/secret.txt", join(made.outside, "secret.txt"), ".env", "..\\secret.txt", "kettle/..", "pipe", "a\0b", "x".repeat(999), "kettle", "/etc/passwd"]) {
    assert.equal((await run("read_manuals", { path })).kind, "not_found", path);
    if (path !== "kettle") assert.equal((await run("list_manuals", { path })).kind, "not_found", path);
  }
  const listed = await run("list_manuals", {});
  assert.deepEqual(listed.kind === "ok" && listed.output, { entries: [{ path: "grüße.txt", kind: "file", bytes: 1_600 }, { path: "kettle", kind: "folder", bytes: null }, { path: "picture.bin", kind: "file", bytes: 4 }], isCut: false });
  const found = await run("search_manuals", { words: "MD kettle" });
  assert.deepEqual(found.kind === "ok" && found.output, { entries: [{ path: "kettle/clean.md", kind: "file", bytes: 4_400 }], isCut: false });
  const none = await run("search_manuals", { words: "secret" });
  assert.deepEqual(none.kind === "ok" && none.output, { entries: [], isCut: false });
});

test("files: a text is read in parts that fit together, and only a text", async () => {
  await using made = await makeFolder();
  const run = await open(made.folder);
  let text = "";
  for (let offset: unknown = 0; typeof offset === "number"; ) {
    const part = await run("read_manuals", { path: "grüße.txt", offset });
    const output = Object(part.kind === "ok" ? part.output : assert.fail(part.kind));
    assert.ok(Buffer.byteLength(output.text) <= 1_001);
    text += output.text;
    offset = output.next;
  }
  assert.equal(text, "👋".repeat(400));
  assert.equal((await run("read_manuals", { path: "picture.bin" })).kind, "refused");
});

test("files: a folder outside of the workspace is read only when the operator lists it", async () => {
  await using made = await makeFolder();
  assert.equal(filesSource.declaration.safeParse({ ...declaration, folder: "../workspace-of-others" }).success, false);
  const declared = { ...declaration, folder: join(made.outside, "workspace-of-others") };
  await assert.rejects((await open(made.folder, declared, [join(made.outside, "workspace")]))("list_manuals", {}), /BATON_FILE_FOLDERS/);
  const listed = await (await open(made.folder, declared, [`${declared.folder}/`]))("list_manuals", {});
  assert.equal(listed.kind, "ok");
});
