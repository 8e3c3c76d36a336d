import type { Clock } from "../../lib/clock.ts";
import { isRecord } from "../../lib/is-record.ts";
import type { ReadAnswer } from "../adapters/http-answer.ts";
import type { HttpAnswer, HttpRequest, HttpSystem } from "../adapters/http-system.ts";
import { defaultOf } from "../declared/argument-shape.ts";
import { fillRequest, placesOf, type RequestValues } from "../declared/fill-request.ts";
import { valueAt } from "../declared/fill-template.ts";
import type { ToolRules } from "../declared/tool-rules.ts";
import type { ToolContext } from "../tool.ts";
import { systemFault } from "../tools.errors.ts";
import type { Connector } from "./connector.ts";
import { fillTemplates, quoted, type Addition } from "./fill-templates.ts";
import { nextPage } from "./follow-pages.ts";
import type { LookUp, Operation } from "./operation.ts";
import { contentOf, readMeaning } from "./read-meaning.ts";
import { shapeRecord } from "./shape-output.ts";

/** An operation of a connector at one workspace's system. `sign` puts a signature on what is about to be sent, by the secret of that name. */
export type PlacedOperation = {
  connector: Connector;
  operation: Operation;
  rules: Pick<ToolRules, "risk" | "timeoutMs" | "maxOutputBytes">;
  system: HttpSystem;
  base: URL;
  parameters: Readonly<Record<string, string>>;
  clock: Clock;
  sign: { secret: string; with(request: HttpRequest, secret: string, key: string): HttpRequest } | null;
};

const MOST_PAGES = 10;
/** What is picked of an answer may be a small part of it. */
const PICKED_FROM_BYTES = 4_000_000;

/**
 * Carries out an operation: its look-ups, its request, further pages of a list, and of the answer what is declared.
 *
 * Shapes: null when a look-up or the call finds nothing. Throws what `HttpSystem.send` and `readHttpAnswer` throw.
 */
export async function callOperation(placed: PlacedOperation, input: Readonly<Record<string, unknown>>, { idempotencyKey, signal }: ToolContext): Promise<ReadAnswer> {
  const { operation } = placed;
  const found = new Map<string, unknown>();
  const values = valuesOf(placed, input, found, idempotencyKey);
  for (const look of operation.first) {
    const answer = await ask(placed, look, values, idempotencyKey, signal);
    const read = answer.read();
    if (read === null || "refused" in read) return read;
    found.set(look.as, read.output);
  }
  if (operation.many) return collect(placed, input, values, idempotencyKey, signal);
  const read = (await ask(placed, operation, values, idempotencyKey, signal)).read();
  return read === null || "refused" in read ? read : { ...read, output: shapeRecord(read.output, operation.output, input) };
}

/** `own` is compared with what the arguments are, whatever quotes they get in a query. */
type Values = { value: RequestValues["value"]; own: RequestValues["value"] };
type Asked = { answer: HttpAnswer; read(): ReadAnswer };

/** Arguments by name, quoted where the operation says so; then what look-ups found, and the workspace's parameters. What is null was not given. */
function valuesOf({ operation, parameters }: PlacedOperation, input: Readonly<Record<string, unknown>>, found: ReadonlyMap<string, unknown>, key: string): Values {
  const given = placesOf(input, key);
  const own = (path: string) => given(path) ?? defaultOf(operation.input[path]) ?? valueAt(Object.fromEntries(found), path) ?? parameters[path] ?? undefined;
  return {
    own,
    value(path) {
      const value = own(path);
      const quote = operation.quote[path];
      return value === undefined || quote === undefined ? value : quoted(value, quote);
    },
  };
}

async function ask(placed: PlacedOperation, templates: LookUp | Operation, { value, own }: Values, key: string, signal: AbortSignal, addition: Addition | null = null): Promise<Asked> {
  const { connector, operation, rules, system, clock, sign } = placed;
  const isMain = templates === operation;
  const answer = await system.send((secret) => {
    const request = fillTemplates(isMain ? withKey(operation) : templates, { value, secret }, addition);
    return sign === null ? request : sign.with(request, secret(sign.secret), key);
  }, { template: sign === null ? null : `\${secret:${sign.secret}}`, timeoutMs: rules.timeoutMs, maxBytes: Math.max(2 * rules.maxOutputBytes, PICKED_FROM_BYTES), signal });
  const plain: RequestValues = { value: own, secret: () => "" };
  const matches = Object.entries(templates.own).map(([path, wanted]) => [path, fillRequest(wanted, plain)] as const);
  const usual = { answer: "json" as const, pick: templates.pick, matches, notFoundStatuses: operation.missing, refused: { statuses: connector.answers.refused, message: connector.answers.words } };
  return { answer, read: () => readMeaning(answer, usual, { ...connector, own: isMain ? operation.answers : [] }, { system: system.name, nowMs: clock.nowMs(), isEffect: isMain && rules.risk !== "read" }) };
}

/** The call's key as a header or a member of the body, where the system takes it there. */
function withKey(operation: Operation): Operation {
  const { idempotency, headers, body } = operation;
  if (typeof idempotency !== "object") return operation;
  if ("header" in idempotency) return { ...operation, headers: { ...headers, [idempotency.header]: "{idempotencyKey}" } };
  return { ...operation, body: { ...(isRecord(body) ? body : {}), [idempotency.field]: "{idempotencyKey}" } };
}

async function collect(placed: PlacedOperation, input: Readonly<Record<string, unknown>>, values: Values, key: string, signal: AbortSignal): Promise<ReadAnswer> {
  const { operation, base } = placed;
  const items: unknown[] = [];
  let addition: Addition | null = null;
  for (let pageNo = 1; ; pageNo += 1) {
    const asked: Asked = await ask(placed, operation, values, key, signal, addition);
    const read = asked.read();
    if (read === null || "refused" in read) return read;
    if (!Array.isArray(read.output)) throw systemFault({ message: `${placed.system.name} answered in another shape than its contract: no list stands where one should.` });
    items.push(...read.output);
    const page = { content: contentOf(asked.answer), link: asked.answer.headers["link"], items: read.output, pageNo };
    addition = operation.pages === undefined ? null : nextPage(operation.pages, page, base);
    if (addition === null || items.length >= operation.maxItems || pageNo >= MOST_PAGES) break;
  }
  const isCut = addition !== null || items.length > operation.maxItems;
  return { output: { items: items.slice(0, operation.maxItems).map((item) => shapeRecord(item, operation.output, input)), isCut } };
}
