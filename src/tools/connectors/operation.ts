import { z } from "zod";
import { toolRules } from "../declared/tool-rules.ts";

const argumentName = z.string().regex(/^[a-z][a-z0-9_]*$/, "a name such as ticket_id");
const path = z.string().min(1).max(200);
const schema = z.record(z.string(), z.unknown());

/** A request; texts in it take `{argument}` and `{parameter}`. `{ join, of }` joins the parts whose arguments were given. */
const requestShape = {
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]),
  path: z.string().regex(/^$|^\//, "a path that begins with /").describe("Behind the base URL, `/tickets/{ticket_id}`; values are encoded."),
  query: z.record(z.string(), z.unknown()).default({}),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.unknown().optional().describe("Template of the body; what has no value is left out."),
  form: z.boolean().default(false).describe("The body goes out as a form, nested members as `a[b]`."),
  graphql: z.string().optional().describe("A GraphQL document, sent as it stands; `variables` is its template."),
  variables: z.record(z.string(), z.unknown()).optional(),
};

/** Where the answer holds what is wanted, and what must stand there to be this contact's: a mail address, an id. */
const pickShape = {
  pick: path.optional().describe("Path into the answer. Null there means: not found."),
  own: z.record(path, z.string()).default({}).describe("Path in what was picked → what must stand there, else it is not found."),
};

/** What an answer means that its status does not say. The first rule that fits counts. */
export const answerRule = z
  .strictObject({
    status: z.array(z.number().int()).optional(),
    header: z.string().optional().describe("That header is there, and `matches`."),
    at: path.optional().describe("Something stands there in the body, and `matches`, and not `unless`."),
    matches: z.string().optional(),
    unless: z.string().optional(),
    means: z.enum(["away", "refused", "missing", "credential", "fault"]),
    words: path.optional().describe("Where the system says why."),
    say: z.string().optional().describe("What it means, where the system has no words for it."),
  })
  .refine(({ status, header, at }) => status !== undefined || header !== undefined || at !== undefined, "Say by status, header or at when the rule counts.");
export type AnswerRule = z.output<typeof answerRule>;

const where = z.enum(["query", "body", "variables"]).default("query");
const pages = z.discriminatedUnion("by", [
  z.strictObject({ by: z.literal("token"), at: path, as: z.string(), in: where, more: path.optional() }),
  z.strictObject({ by: z.literal("last"), field: path, as: z.string(), in: where, more: path }),
  z.strictObject({ by: z.literal("number"), as: z.string(), in: where, size: z.number().int().min(1) }),
  z.strictObject({ by: z.literal("url"), at: path }),
  z.strictObject({ by: z.literal("link") }),
]);
export type Pages = z.output<typeof pages>;

/** A member of a tool's output: its JSON Schema, `at` where it stands in the record (its own name without it), or `given`: the argument it repeats. */
const outputMember = z.looseObject({ type: z.union([z.string(), z.array(z.string())]), at: path.optional(), given: argumentName.optional() });
export type OutputMember = z.output<typeof outputMember>;

const lookUp = z.strictObject({ as: argumentName.describe("The name under which later templates take it."), ...requestShape, ...pickShape });
export type LookUp = z.output<typeof lookUp>;

/** One operation of a connector: a tool, when a workspace names it. */
export const operation = z.strictObject({
  purpose: z.string().min(1).max(500),
  risk: toolRules.shape.risk,
  idempotency: toolRules.shape.idempotency,
  verified: z.boolean().default(true),
  bind: toolRules.shape.bind,
  accepts: toolRules.shape.accepts,
  timeoutMs: toolRules.shape.timeoutMs,
  rateLimit: toolRules.shape.rateLimit,
  maxOutputBytes: toolRules.shape.maxOutputBytes,
  describe: toolRules.shape.describe,
  say: toolRules.shape.say,
  notFound: toolRules.shape.notFound,
  undo: z.strictObject({ operation: z.string(), arguments: z.record(z.string(), z.unknown()).default({}), take: z.record(z.string(), z.string()).default({}) }).optional(),
  input: z.record(argumentName, schema).default({}),
  quote: z.record(argumentName, z.enum(["single", "double", "plain"])).default({}).describe("Arguments that stand quoted in a query language: with backslashes, or (`plain`) without any character that could end the quote."),
  first: z.array(lookUp).default([]).describe("Look-ups before the call; one that finds nothing ends it as not found."),
  ...requestShape,
  ...pickShape,
  missing: z.array(z.number().int()).default([404, 410]).describe("Statuses that mean: there is no such record."),
  many: z.boolean().default(false).describe("What was picked is a list; the output is `{ items, isCut }`."),
  maxItems: z.number().int().min(1).max(500).default(25),
  pages: pages.optional(),
  output: z.record(argumentName, outputMember).default({}),
  answers: z.array(answerRule).default([]),
});
export type Operation = z.output<typeof operation>;
