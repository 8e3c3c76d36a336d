import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readConfig } from "../app/config.ts";
import { messageOf } from "../lib/app-error.ts";
import { splitList } from "../lib/split-list.ts";
import { createTargetRule } from "../outbound/guard-address.ts";
import { comparePinned } from "../outbound/openapi/compare-pinned.ts";
import { loadDocument, type LoadedDocument } from "../outbound/openapi/load-document.ts";
import { listOperations, pickOperation, type FoundOperation } from "../outbound/openapi/operations.ts";
import { pinOperation } from "../outbound/openapi/pin-operation.ts";
import { pinnedDocument, pinnedFileOf, type PinnedDocument } from "../outbound/openapi/pinned.ts";
import { serverList, serverOf } from "../outbound/openapi/read-document.ts";
import { suggestCredentials } from "../outbound/openapi/suggest-credentials.ts";
import { createOutbound } from "../outbound/outbound.ts";
import { declarationInvalid } from "../tools/tools.errors.ts";
import { addOperations, newDeclaration, readNames, referenceTo, suggestRisk, type ChosenOperation } from "./openapi-declaration-text.ts";
import { toStdout } from "./to-stdout.ts";
import { advise } from "./advise.ts";
import { noFile, short } from "./tool-files.ts";

/** Characters of JSON Schema. */
const LARGE_INPUT = 12_000;

const OPTIONS = {
  operations: { type: "string" }, tag: { type: "string" }, "all-read": { type: "boolean", default: false }, name: { type: "string" }, into: { type: "string" },
  server: { type: "string" }, check: { type: "boolean", default: false },
} as const;

/**
 * `tools import openapi URL|FILE [--operations a,b | --tag x | --all-read] [--name x] [--into tools/] [--server URL] [--check]`
 *
 * Without a choice: lists the operations. With one: writes the declaration and, beside it, what its operations need of the document.
 * Of a declaration that is there already the operations are imported anew, and what has changed is told. `--check` writes nothing.
 * Returns 0; 1 with `--check` when something has changed; 2 when something is missing.
 */
export async function importOpenApiCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const config = readConfig(process.env);
  const into = resolve(values.into ?? join(config.workspace, "tools"));
  const isNamed = values.name !== undefined && /^[a-z][a-z0-9_-]{0,40}$/.test(values.name);
  if (values.name !== undefined && !isNamed) return advise(`"${values.name}" cannot be a name: take small letters, digits, - and _.`);
  const known = values.name === undefined ? null : await readDeclaration(join(into, `${values.name}.yaml`));
  const from = positionals[0] ?? (known === null ? undefined : sourceOf(known.document, into));
  if (from === undefined || positionals.length > 1) return advise("Name the document: baton tools import openapi https://api.example.com/openapi.json");
  const outbound = createOutbound({ isAllowed: createTargetRule(splitList(config.outboundAllow)) });
  try {
    const loaded = await loadDocument(outbound, from);
    const operations = listOperations(loaded.document);
    const wanted = choose(operations, values);
    const name = values.name ?? nameOf(loaded);
    const file = join(into, `${name}.yaml`);
    const existing = known ?? (await readDeclaration(file));
    if (wanted === null && existing === null) return list(operations, from, write);
    return await importInto({ file, name, from, into, loaded, operations, wanted: wanted ?? [], existing, server: values.server, isCheck: values.check }, write);
  } finally {
    outbound.close();
  }
}

type Existing = { text: string; document: string; server: string; operations: string[] };
type Import = { file: string; name: string; from: string; into: string; loaded: LoadedDocument; operations: FoundOperation[]; wanted: FoundOperation[]; existing: Existing | null; server: string | undefined; isCheck: boolean };

async function importInto(given: Import, write: (text: string) => void): Promise<number> {
  const { file, loaded, operations, existing, isCheck } = given;
  const references = [...new Set([...(existing?.operations ?? []), ...given.wanted.map(referenceTo)])];
  if (references.length === 0) return advise("No operation is chosen. Name them: --operations a,b, --tag x or --all-read.");
  const chosen: ChosenOperation[] = [];
  const faults: string[] = [];
  for (const reference of references) {
    try {
      const found = pickOperation(operations, reference);
      chosen.push({ reference, found, pinned: pinOperation(loaded.document, found) });
    } catch (error) {
      faults.push(`${reference}: ${messageOf(error)}`);
    }
  }
  const pinnedFile = pinnedFileOf(file);
  const before = await readPinned(pinnedFile);
  const pinned = toPinned(given, chosen);
  const changes = before === null ? [] : comparePinned(before.operations, pinned.operations);
  for (const line of changes) write(`${line}\n`);
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (isCheck) {
    if (before === null) process.stderr.write(`${short(pinnedFile)} is not there: import without --check.\n`);
    else if (changes.length === 0 && faults.length === 0) write(`${short(file)}: nothing has changed in ${references.length} ${references.length === 1 ? "operation" : "operations"}.\n`);
    return before === null || changes.length > 0 || faults.length > 0 ? 1 : 0;
  }
  if (faults.length > 0) return advise("Nothing was written: leave these operations out, or mend the document.");
  const text = existing === null ? newText(given, chosen) : addOperations(existing.text, documentOf(given), chosen.filter(({ reference }) => !existing.operations.includes(reference)));
  if (text === null) return advise("The document names no server. Say it by --server https://api.example.com");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(pinnedFile, `${JSON.stringify(pinned, null, 1)}\n`);
  if (text !== existing?.text) await writeFile(file, text);
  write(nextSteps(given, chosen, before === null ? null : changes.length));
  return 0;
}

function choose(operations: readonly FoundOperation[], { operations: names, tag, "all-read": allRead }: { operations?: string; tag?: string; "all-read": boolean }): FoundOperation[] | null {
  if (names === undefined && tag === undefined && !allRead) return null;
  const named = splitList(names ?? "").map((each) => pickOperation(operations, each));
  const others = operations.filter((each) => (tag !== undefined || allRead) && (tag === undefined || each.tags.includes(tag)) && (!allRead || suggestRisk(each.method) === "read"));
  return [...new Set([...named, ...others])];
}

function list(operations: readonly FoundOperation[], from: string, write: (text: string) => void): number {
  const width = Math.min(60, Math.max(0, ...operations.map(({ key }) => key.length)));
  const lines = operations.map((each) => `${suggestRisk(each.method).padEnd(5)}  ${each.key.padEnd(width)}  ${each.operationId === null ? "" : `${each.operationId}  `}${each.summary.slice(0, 80)}`.trimEnd());
  write(`${lines.join("\n")}\n\n${operations.length} operations. Nothing was written. Choose some:\n  baton tools import openapi ${from} --operations ${operations.slice(0, 2).map((each) => each.operationId ?? `"${each.key}"`).join(",")}\nor by --tag, or --all-read for everything that only reads.\n`);
  return 0;
}

function toPinned({ name, loaded, ...given }: Import, chosen: readonly ChosenOperation[]): PinnedDocument {
  const info = new Map(Object.entries(Object(loaded.document["info"] ?? {})));
  return {
    about: `Written by: baton tools import openapi --name ${name}. What the operations of ${name}.yaml need of ${documentOf(given)}; change that file, not this one.`,
    title: String(info.get("title") ?? ""), version: String(info.get("version") ?? ""), sha256: loaded.sha256,
    operations: Object.fromEntries(chosen.map(({ reference, pinned }) => [reference, pinned])),
  };
}

/** Null: nobody has said which server. */
function newText({ name, from, into, loaded, server }: Import, chosen: readonly ChosenOperation[]): string | null {
  const first = chosen[0]?.found;
  const own = serverList.safeParse(first?.operation["servers"] ?? first?.item["servers"]).data;
  let address = server;
  try {
    address ??= serverOf(loaded.document, own ?? loaded.document.servers, loaded.source);
  } catch {
    // The document leaves it open.
    return null;
  }
  return newDeclaration({ document: documentOf({ from, into }), server: address, credentials: suggestCredentials(loaded.document, chosen.map(({ found }) => found), name.replaceAll("-", "_")), operations: chosen });
}

function nextSteps({ file, name, loaded, existing }: Import, chosen: readonly ChosenOperation[], changes: number | null): string {
  const many = `${chosen.length} ${chosen.length === 1 ? "operation" : "operations"}`;
  if (existing !== null) return `${short(file)}: ${many}${changes === null ? "" : `, ${changes === 0 ? "nothing" : changes} changed`}. Next: baton check\n`;
  const { secrets } = suggestCredentials(loaded.document, chosen.map(({ found }) => found), name.replaceAll("-", "_"));
  const open = chosen.filter(({ found }) => suggestRisk(found.method) !== "read").length;
  const steps = [
    ...(open > 0 ? [`Say in ${short(file)} how much harm ${open === 1 ? "the one call that has" : `the ${open} calls that have`} an effect can do (risk), and whether a second one would do it again (idempotency).`] : []),
    "Bind what belongs to the contact, so that nobody reaches another's records: bind: { email: contact.email }.",
    ...largeInputs(chosen),
    ...(secrets.length === 0 ? ["Say how to sign in, if the system wants it (the document does not): authentication: { bearer: { token: \"${secret:…}\" } }, or headers."] : []),
    ...secrets.map((secret) => `printf %s "$VALUE" | baton secrets set ${secret}`),
    "Allow the tools in policies/, then: baton check",
  ];
  return `${short(file)} and ${short(pinnedFileOf(file))} are written: ${many}.\n${steps.map((step, index) => `  ${index + 1}. ${step}`).join("\n")}\n`;
}

/** A model reads all of them before each of its calls. */
function largeInputs(chosen: readonly ChosenOperation[]): string[] {
  const large = chosen.filter(({ pinned }) => JSON.stringify(pinned.input).length > LARGE_INPUT).map(({ reference }) => reference);
  if (large.length === 0) return [];
  return [`Name the arguments that are needed, as arguments: [a, b], where there are very many: ${large.slice(0, 5).join(", ")}${large.length > 5 ? ` and ${large.length - 5} more` : ""}.`];
}

/** Null: there is no such file. Throws `tools.declaration_invalid` for one that is something else, so that nothing is written over it. */
async function readDeclaration(file: string): Promise<Existing | null> {
  const text = await readFile(file, "utf8").catch(noFile);
  if (text === null) return null;
  const names = readNames(text);
  if (names === null) throw declarationInvalid({ message: `${short(file)} is there already, and is no declaration of kind openapi: give another --name.` });
  return { text, ...names };
}

/** Null: none, or one that cannot be read any more and is written anew. */
async function readPinned(file: string): Promise<PinnedDocument | null> {
  try {
    return pinnedDocument.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return null;
  }
}

function sourceOf(document: string, into: string): string {
  return isAddress(document) ? document : resolve(dirname(into), document);
}

function nameOf({ document }: LoadedDocument): string {
  const title = String(Object(document["info"] ?? {}).title ?? "");
  return title.toLowerCase().replace(/\b(api|rest|openapi|the|v\d+)\b/g, " ").replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 30) || "imported";
}

/** As the declaration says it: a file from the workspace's folder; an address without its query, which may hold a key. */
function documentOf({ from, into }: Pick<Import, "from" | "into">): string {
  return isAddress(from) ? from.replace(/[?#].*$/, "") : relative(dirname(into), resolve(from));
}

function isAddress(from: string): boolean {
  return /^https?:\/\//i.test(from);
}
