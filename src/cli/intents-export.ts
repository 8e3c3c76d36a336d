import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isMap, isScalar, isSeq, parseDocument, type Document, type YAMLSeq } from "yaml";
import { OUT_OF_SCOPE } from "../intelligence/classifier/intent-model.ts";
import { listCorrections } from "../intelligence/learning/intent-example.store.ts";
import { workspaceInvalid } from "../workspace/workspace.errors.ts";
import { openStore } from "./open-store.ts";
import { toStdout } from "./to-stdout.ts";

/**
 * `intents export [folder] [--dry-run]`: writes what people have corrected into the workspace's intents.yaml, so that it stands in
 * git; its comments and order stay. What was learned is not learned again by that.
 */
export async function exportIntentsCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values, positionals: [folder] } = parseArgs({ args: [...args], options: { "dry-run": { type: "boolean", default: false } }, allowPositionals: true });
  await using store = await openStore(folder);
  const path = join(store.workspace.folder, "intents.yaml");
  const document = parseDocument(await readFile(path, "utf8"));
  const changes = addExamples(document, await listCorrections(store.database, store.tenantId));
  for (const line of changes) write(`${line}\n`);
  if (changes.length > 0 && !values["dry-run"]) await writeFile(path, document.toString({ lineWidth: 0 }));
  write(changes.length === 0 ? `${path} has all corrections already.\n` : values["dry-run"] ? `${path} was not changed.\n` : `${path} was changed. Look at it, and commit it.\n`);
  return 0;
}

/** Puts each corrected text under its intent, and away from another where it stood. Says what it changed. Throws `workspace.invalid`. */
function addExamples(document: Document, corrections: readonly { text: string; intent: string }[]): string[] {
  const said: string[] = [];
  const given = new Map<string, string>();
  for (const { text, intent } of corrections) {
    given.delete(text);
    given.set(text, intent);
  }
  const lists = examplesOf(document);
  for (const [text, intent] of given) {
    const own = lists.get(intent);
    if (own === undefined) {
      said.push(`left out: there is no intent ${intent} for ${JSON.stringify(text)}`);
      continue;
    }
    for (const [name, list] of lists) {
      if (name === intent || !remove(list, text)) continue;
      said.push(`- ${name}: ${JSON.stringify(text)}`);
    }
    if (placeOf(own, text) !== -1) continue;
    own.add(text);
    said.push(`+ ${intent}: ${JSON.stringify(text)}`);
  }
  return said;
}

function examplesOf(document: Document): Map<string, YAMLSeq> {
  const lists = new Map<string, YAMLSeq>();
  const intents = document.get("intents");
  if (!isSeq(intents)) throw workspaceInvalid({ message: "intents.yaml has no list \"intents\"." });
  for (const intent of intents.items) {
    if (!isMap(intent)) continue;
    const [name, examples] = [intent.get("name"), intent.get("examples")];
    if (typeof name === "string" && isSeq(examples)) lists.set(name, examples);
  }
  if (!document.has("out_of_scope")) document.set("out_of_scope", document.createNode([]));
  const none = document.get("out_of_scope");
  if (isSeq(none)) lists.set(OUT_OF_SCOPE, none);
  return lists;
}

function placeOf(list: YAMLSeq, text: string): number {
  return list.items.findIndex((item) => (isScalar(item) ? item.value : item) === text);
}

function remove(list: YAMLSeq, text: string): boolean {
  const place = placeOf(list, text);
  if (place === -1) return false;
  list.delete(place);
  return true;
}
