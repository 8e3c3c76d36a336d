import { Document, isMap, isScalar, isSeq, parseDocument, type YAMLMap } from "yaml";
import { isRecord } from "../lib/is-record.ts";
import { toolNameOf } from "../outbound/openapi/name-arguments.ts";
import type { FoundOperation } from "../outbound/openapi/operations.ts";
import type { PinnedOperation } from "../outbound/openapi/pinned.ts";
import type { SuggestedCredentials } from "../outbound/openapi/suggest-credentials.ts";

/** `reference`: how the declaration names the operation. */
export type ChosenOperation = { reference: string; found: FoundOperation; pinned: PinnedOperation };

const WIDTH = { lineWidth: 160 };
const MOST_PURPOSE = 300;

/** The name that a declaration knows an operation by. */
export function referenceTo({ operationId, key }: FoundOperation): string {
  return operationId ?? key;
}

/** What a document lets one expect; only what reads is sure enough to be written without a question. */
export function suggestRisk(method: string): "read" | "write" {
  return method === "GET" || method === "HEAD" ? "read" : "write";
}

/** A new declaration. */
export function newDeclaration(given: { document: string; server: string; credentials: SuggestedCredentials; operations: readonly ChosenOperation[] }): string {
  const { document, server, credentials } = given;
  const { secrets: _, ...signIn } = credentials;
  const taken = new Set<string>();
  const yaml = new Document({ kind: "openapi", document, server, ...signIn, operations: given.operations.map((each) => declareOperation(each, taken)) });
  markRisks(yaml, 0);
  return yaml.toString(WIDTH);
}

/** What a declaration says so far: where its document is, and the operations it names. Null: it is of another kind, or cannot be read. */
export function readNames(text: string): { document: string; server: string; operations: string[] } | null {
  const value: unknown = parseDocument(text).toJS();
  if (!isRecord(value) || value["kind"] !== "openapi" || typeof value["document"] !== "string") return null;
  const operations = Array.isArray(value["operations"]) ? value["operations"].filter(isRecord).map((each) => String(each["operation"])) : [];
  return { document: value["document"], server: String(value["server"] ?? ""), operations };
}

/** The declaration with more operations at its end, and with where the document is now; the rest, comments too, stays as it is. */
export function addOperations(text: string, document: string, operations: readonly ChosenOperation[]): string {
  const yaml = parseDocument(text);
  const list = yaml.get("operations");
  if (!isSeq(list) || (operations.length === 0 && yaml.get("document") === document)) return text;
  yaml.set("document", document);
  const taken = new Set(list.items.flatMap((item) => (isMap(item) ? [String(item.get("name"))] : [])));
  const before = list.items.length;
  for (const each of operations) list.add(yaml.createNode(declareOperation(each, taken)));
  markRisks(yaml, before);
  return yaml.toString(WIDTH);
}

function declareOperation({ reference, found, pinned }: ChosenOperation, taken: Set<string>): Record<string, unknown> {
  const name = toolNameOf(found, taken);
  taken.add(name);
  const risk = suggestRisk(found.method);
  const key = pinned.parameters.find((each) => each.in === "header" && each.name.toLowerCase() === "idempotency-key")?.name;
  const purpose = found.summary === "" ? `${found.method} ${found.path}` : found.summary;
  const short = purpose.length > MOST_PURPOSE ? `${purpose.slice(0, MOST_PURPOSE - 1).toWellFormed()}…` : purpose;
  return { operation: reference, name, purpose: short, risk, ...(risk === "write" && key !== undefined ? { idempotency: { header: key } } : {}) };
}

function markRisks(yaml: Document, from: number): void {
  const list = yaml.get("operations");
  if (!isSeq(list)) return;
  for (const item of list.items.slice(from).filter((each): each is YAMLMap => isMap(each))) {
    const risk = item.get("risk", true);
    if (isScalar(risk) && risk.value !== "read") risk.comment = " check this: write, money or irreversible";
  }
}
