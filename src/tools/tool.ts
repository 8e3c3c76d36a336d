import type { Shape } from "../lib/shape.ts";
import type { DataClass } from "../shapes/data-class.ts";
import type { SqlClient } from "../storage/sql-client.ts";

export type { DataClass } from "../shapes/data-class.ts";
export type { SqlClient, SqlRow } from "../storage/sql-client.ts";

/** How much harm a call can do. Policy, approval and confirmation hang on it. */
export type RiskClass = "read" | "write" | "money" | "irreversible";

/**
 * Why the same call made twice has one effect. `natural`: it sets what it sets, or only reads. `key`: the tool itself gives
 * `idempotencyKey` to the system. `header`, `field`: the key goes into that header of the request, or that member of its body.
 * `none`: nothing keeps a second one from happening, so it is never repeated.
 */
export type Idempotency = "natural" | "key" | "none" | { readonly header: string } | { readonly field: string };

/** What the server puts into an argument. The model can neither see nor set it, so nobody reaches another's records. */
export type BoundValue = "contact.id" | "contact.email" | "contact.externalId" | "conversation.id" | "case.id";

/** Tries in all, and the pause before the second one; each further pause is twice as long, with jitter. */
export type ToolRetry = { readonly attempts: number; readonly firstDelayMs: number };

/** At most `calls` in each `perMs`, over all processes; by contact, or all of the tenant together. */
export type ToolRateLimit = { readonly calls: number; readonly perMs: number; readonly scope: "tenant" | "contact" };

/** The call that takes the effect back: `arguments` as they are, and those `take`n from the output of the call to be undone. */
export type ToolUndo = { readonly tool: string; readonly arguments: Readonly<Record<string, unknown>>; readonly take: Readonly<Record<string, string>> };

/** The verified contact on whose behalf a tool runs. */
export type ToolContact = { contactId: string; email: string; externalId: string | null };

export type ToolContext = {
  tenantId: string;
  contact: ToolContact;
  /** The same on every retry of one call: the effect happens once per key. */
  idempotencyKey: string;
  sql: SqlClient;
  signal: AbortSignal;
};

/** Expected outcomes are values: `refused` is the system of record saying no, with a sentence for the customer. */
export type ToolResult<Output = unknown> =
  | { kind: "ok"; output: Output; say: string; evidence?: string }
  | { kind: "not_found"; say: string }
  | { kind: "refused"; reason: string; say: string };

/** What policies may ask for about the target of a call (status, amount, age). `amount` is in minor units (cents). */
export type ToolFacts = Record<string, string | number | boolean>;

/**
 * One action on a business system, wherever it comes from: a TypeScript file, a declaration, an OpenAPI document, an MCP server.
 *
 * Shapes: `input` is the whole call, with what is `bound`; what a caller may set is `offeredSchema(tool)`. `output` is what comes
 *   back when `kind` is `ok`.
 * Units: `timeoutMs` milliseconds, for each attempt; `maxOutputBytes` of the output as JSON; money in facts in minor units.
 * Errors: `tools.system_away` (no answer, 429, 5xx: counted by the breaker; tried again only when idempotent) and
 *   `tools.system_fault` (it answered what makes no sense); any other throw counts as `system_away`.
 * Replay: `run` is called inside a journaled step with a stable `idempotencyKey`; it may be called again after a crash.
 */
export type Tool<Input = unknown, Output = unknown> = {
  readonly name: string;
  readonly purpose: string;
  readonly risk: RiskClass;
  readonly idempotency: Idempotency;
  readonly needsVerifiedContact: boolean;
  readonly bound: Readonly<Record<string, BoundValue>>;
  /** Arguments that hold anything else are not sent. */
  readonly accepts: readonly DataClass[];
  readonly timeoutMs: number;
  readonly retry: ToolRetry;
  readonly rateLimit: ToolRateLimit | null;
  readonly maxOutputBytes: number;
  /** The system it acts on, `shop` or `api.example.com`: tools of one system share its breaker and its places. */
  readonly system: string;
  readonly undo: ToolUndo | null;
  readonly input: Shape<Input>;
  readonly output: Shape<Output>;
  /** What the call would do, in plain words with resolved values; shown before a confirmation or approval. */
  describe(input: Input): string;
  /** What is said when `facts` found no such target; the call is then not made. Without it a tool that reads is called and says so itself. */
  notFound?(input: Input): string;
  /** Facts about the target that policies may ask for; read-only. Null: there is no such target for this contact. */
  facts?(input: Input, context: ToolContext): Promise<ToolFacts | null>;
  run(input: Input, context: ToolContext): Promise<ToolResult<Output>>;
};

/** Whether the same call may be made again without a second effect. */
export function isIdempotent(tool: Pick<Tool, "idempotency">): boolean {
  return tool.idempotency !== "none";
}
