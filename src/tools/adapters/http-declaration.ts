import { z } from "zod";
import { authenticationPolicy } from "../../outbound/authentication.ts";
import { jsonSchema } from "../declared/argument-shape.ts";
import { argumentsIn, KEY_PLACE, secretsIn } from "../declared/fill-request.ts";
import { toolRules } from "../declared/tool-rules.ts";

const argumentName = z.string().regex(/^[A-Za-z_]\w*$/, "a name such as order_number");
const texts = z.record(z.string().min(1), z.string());
const status = z.number().int().min(400).max(499);

/** Where credentials stand under a name; a value in the file itself would be everybody's who reads it. */
const SECRET_HEADERS = /^(authorization|proxy-authorization|cookie|.*(api|access|auth)[-_]?(key|token).*)$/i;
const SECRET_MEMBERS = new Set(["password", "token", "secret", "assertion"]);
const REFERENCE = /\$\{secret:[A-Za-z][A-Za-z0-9_.-]{0,63}\}/g;

type Fault = { path: string[]; message: string };

/** How a system is reached, the same for every kind that speaks HTTP. */
export const httpSystemFields = {
  url: z.string().min(1).describe("The address that all paths begin with, `https://api.example.com/v2`; or a secret that holds it."),
  system: z.string().regex(/^[\w.:-]{1,80}$/, "a name such as shop").optional().describe("What it is called: tools of one system share its breaker and its places. Without it, the address's host."),
  authentication: authenticationPolicy.optional().describe("One of basic, bearer, digest, oauth2 and oidc; passwords and tokens as `${secret:name}`."),
  headers: texts.default({}).describe("Sent with every call; `x-api-key: ${secret:shop_key}`."),
  query: texts.default({}).describe("Put on every address; `key: ${secret:shop_key}`."),
};

/** What an answer means, the same for every kind that speaks HTTP. */
export const answerFields = {
  answer: z.enum(["json", "text"]).default("json").describe("What the system answers with."),
  pick: z.string().regex(/^[^.]+(\.[^.]+)*$/, "a path such as data.orders.0").optional().describe("Where in the answer the output stands, `data.orders.0`; a place beyond a list's end, or null, is not found."),
  matches: z.record(z.string().min(1), z.string()).default({}).describe("What has to stand in the picked value, or it is not found: `customer.email: \"{email}\"`. Of a list the entries that match are kept."),
  notFoundStatuses: z.array(status).default([404]).describe("Statuses that mean there is no such record."),
  refused: z.strictObject({ statuses: z.array(status).default([409, 422]), message: z.string().min(1).optional() }).prefault({}).describe("Statuses by which the system says no for a reason, and where in the answer the reason stands: `message: error.message`."),
};

const httpTool = z.strictObject({
  ...toolRules.shape,
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).default("GET"),
  path: z.string().max(2_000).regex(/^$|^[/{]/, "a path that begins with /").default("").describe("Behind the system's address, with arguments as in `/orders/{order_number}` or `/orders{?page}` (RFC 6570)."),
  query: z.record(z.string().min(1), z.unknown()).default({}).describe("`status: \"{status}\"`; an argument that was not given is left out, a list repeats its name."),
  headers: texts.default({}),
  body: z.unknown().optional().describe("A template: a text that is one place, `\"{amount}\"`, becomes the argument itself."),
  contentType: z.enum(["json", "form", "text"]).default("json").describe("What the body is sent as."),
  input: z.record(argumentName, jsonSchema).default({}).describe("Each argument with its JSON Schema: `order_number: { type: integer }`. One with a `default`, or whose type may be null, need not be given."),
  output: jsonSchema.optional().describe("JSON Schema of what is picked. Without it the answer may be anything."),
  ...answerFields,
});
export type HttpTool = z.output<typeof httpTool>;

/** `tools/*.yaml` of kind http: one system, and the tools on it. */
export const httpDeclaration = z
  .strictObject({ kind: z.literal("http"), ...httpSystemFields, tools: z.array(httpTool).min(1) })
  .superRefine((declared, context) => {
    for (const { path, message } of systemFaults(declared)) context.addIssue({ code: "custom", path, message });
    for (const [index, tool] of declared.tools.entries()) for (const { path, message } of [...requestFaults(tool), ...methodFaults(tool), ...headerFaults(tool.headers)]) context.addIssue({ code: "custom", path: ["tools", index, ...path], message });
  });
export type HttpDeclaration = z.output<typeof httpDeclaration>;

/** The name that breakers and messages know a system by. Pure. */
export function systemNameOf({ url, system }: { url: string; system?: string | undefined }): string {
  if (system !== undefined) return system;
  const plain = url.replace(REFERENCE, "x");
  return URL.canParse(plain) ? new URL(plain).host : ([...secretsIn(url)][0] ?? url);
}

/** What is wrong with how a system is reached, for every kind that speaks HTTP. */
export function systemFaults({ url, authentication, headers, query }: { url: string; authentication?: unknown; headers: Record<string, string>; query: Record<string, string> }): Fault[] {
  const faults: Fault[] = [...headerFaults(headers)];
  const plain = url.replace(REFERENCE, "x");
  const isWhole = plain === "x";
  const address = URL.canParse(plain) ? new URL(plain) : null;
  if (!isWhole && (address === null || !/^https?:$/.test(address.protocol))) faults.push({ path: ["url"], message: "The address begins with https:// (or http://), or is a secret that holds one." });
  else if (address !== null && (address.username !== "" || address.password !== "")) faults.push({ path: ["url"], message: "A user and a password stand under `authentication: { basic: … }`, not in the address." });
  else if (!isWhole && /^[^/]*\/\/[^/?#]*\$\{/.test(url)) faults.push({ path: ["url"], message: "A secret may stand in the path or the query of the address, not in its host." });
  for (const [member, values] of [["url", url], ["headers", headers], ["query", query]] as const) {
    const [argument] = argumentsIn(values);
    if (argument !== undefined) faults.push({ path: [member], message: `"{${argument}}" is an argument of a tool: say it there. Braces themselves are written {{${argument}}}.` });
  }
  faults.push(...literalSecrets(authentication, ["authentication"]));
  return faults;
}

function headerFaults(headers: Record<string, string>): Fault[] {
  return Object.entries(headers)
    .filter(([name, value]) => SECRET_HEADERS.test(name) && secretsIn(value).size === 0)
    .map(([name]) => ({ path: ["headers", name], message: `"${name}" holds a credential: store it by \`baton secrets set\` and write \${secret:name}; the value itself never stands in the file.` }));
}

function literalSecrets(value: unknown, path: string[]): Fault[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => {
    if (typeof item !== "string") return literalSecrets(item, [...path, name]);
    const isLiteral = SECRET_MEMBERS.has(name) && path.at(-1) !== "endpoints" && secretsIn(item).size === 0;
    return isLiteral ? [{ path: [...path, name], message: `"${name}" is a secret: store it by \`baton secrets set\` and write \${secret:name}; the value itself never stands in the file.` }] : [];
  });
}

function requestFaults(tool: HttpTool): Fault[] {
  const faults: Fault[] = [];
  const say = (path: string, message: string) => faults.push({ path: [path], message });
  const known = new Set([...Object.keys(tool.input), ...Object.keys(tool.bind)]);
  const used = new Set<string>();
  const expressions = [...tool.path.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? "");
  if (expressions.some((each) => /^[+#]/.test(each))) say("path", "{+…} and {#…} would let an argument choose where the call goes; name each part of the path.");
  const inPath = expressions.flatMap((each) => each.replace(/^[./;?&+#]/, "").split(",").map((part) => part.trim().replace(/(\*|:\d+)$/, "").split(".")[0] ?? ""));
  const parts = { path: new Set(inPath), query: argumentsIn(tool.query), headers: argumentsIn(tool.headers), body: argumentsIn(tool.body), matches: argumentsIn(tool.matches) };
  for (const [member, names] of Object.entries(parts)) {
    for (const name of names) {
      used.add(name);
      if (name !== KEY_PLACE && !known.has(name)) say(member, `There is no argument "${name}" in input or bind.${member === "path" ? "" : ` Braces themselves are written {{${name}}}.`}`);
    }
  }
  for (const name of known) if (!used.has(name)) say(Object.hasOwn(tool.input, name) ? "input" : "bind", `"${name}" is not used by the request.`);
  if (secretsIn(tool.path).size > 0) say("path", "A secret stands in `url`, `query` or `headers`.");
  if (used.has(KEY_PLACE) && tool.idempotency !== "key") say("idempotency", `The request uses {${KEY_PLACE}}: say idempotency: key.`);
  if (!used.has(KEY_PLACE) && tool.idempotency === "key") say("idempotency", `With idempotency: key the request holds {${KEY_PLACE}} somewhere; or name the header or the field: { header: Idempotency-Key }.`);
  return faults;
}

function methodFaults(tool: HttpTool): Fault[] {
  const faults: Fault[] = ruleFaults(tool);
  const say = (path: string, message: string) => faults.push({ path: [path], message });
  const { idempotency, body, contentType, method } = tool;
  if (method === "GET" && body !== undefined) say("body", "A GET has no body: put it under `query`.");
  if (contentType === "text" && body !== undefined && typeof body !== "string") say("body", "A body of contentType text is one text.");
  if (contentType === "form" && body !== undefined && !isMembers(body)) say("body", "A form has named fields: make the body a mapping.");
  if (typeof idempotency === "object" && "field" in idempotency) {
    if (contentType === "text" || (body !== undefined && !isMembers(body))) say("idempotency", "A field goes into a body that has named members.");
    else if (isMembers(body) && Object.hasOwn(body, idempotency.field)) say("idempotency", `"${idempotency.field}" is set by Baton: take it out of the body.`);
  }
  if (typeof idempotency === "object" && "header" in idempotency && Object.keys(tool.headers).some((name) => name.toLowerCase() === idempotency.header.toLowerCase())) say("idempotency", `"${idempotency.header}" is set by Baton: take it out of the headers.`);
  return faults;
}

/** What does not go together whatever the request looks like, for every kind that speaks HTTP. */
export function ruleFaults(tool: Pick<HttpTool, "risk" | "idempotency" | "matches"> & { method: string }): Fault[] {
  const faults: Fault[] = [];
  const say = (path: string, message: string) => faults.push({ path: [path], message });
  const changes = ["PUT", "PATCH", "DELETE"].includes(tool.method);
  if (tool.risk === "read" && changes) say("risk", `A ${tool.method} changes something: its risk is write, money or irreversible.`);
  if (tool.risk !== "read" && tool.method === "GET") say("method", "A GET may be sent twice at any time, so a tool that has an effect cannot be one.");
  if (tool.risk !== "read" && Object.keys(tool.matches).length > 0) say("matches", "When the answer comes the effect has happened. Let `facts` name a tool that reads with `matches`; the call is then not made.");
  if (tool.method === "GET" && tool.idempotency !== undefined && tool.idempotency !== "natural") say("idempotency", "A tool that only reads needs none: leave this out.");
  return faults;
}

function isMembers(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
