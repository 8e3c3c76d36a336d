import { isRecord } from "../../lib/is-record.ts";
import { requestOf } from "../adapters/http.ts";
import type { HttpRequest } from "../adapters/http-system.ts";
import { argumentsIn, fillText, type RequestValues } from "../declared/fill-request.ts";
import type { Operation } from "./operation.ts";

/** The part of an operation, or of a look-up, that is a request. */
export type RequestTemplates = Pick<Operation, "method" | "path" | "query" | "headers" | "body" | "form" | "graphql" | "variables">;

/** What a page after the first one adds. */
export type Addition = { in: "query" | "body" | "variables"; name: string; value: string | number } | { path: string };

/** `{ join: " AND ", of: [...] }`: the parts whose arguments were given, as one text. */
type Join = { join: string; of: string[] };

const BODY = "body__";
const DOCUMENT = "document__";

/** A request out of its templates. A part of a `join` whose argument has no value is left out; without any part the whole is. */
export function fillTemplates(templates: RequestTemplates, values: RequestValues, addition: Addition | null = null): HttpRequest {
  const joins = new Map<string, Join>();
  const own: RequestValues = {
    ...values,
    value(path) {
      const join = joins.get(path);
      return path === DOCUMENT ? templates.graphql : join === undefined ? values.value(path) : joined(join, values);
    },
  };
  const variables = templates.variables === undefined && templates.graphql === undefined ? {} : { variables: templates.variables ?? {} };
  const body = templates.graphql === undefined ? templates.body : { query: `{${DOCUMENT}}`, ...variables };
  const named = (template: unknown) => nameJoins(template, joins);
  const query: unknown = named(templates.query);
  const request = requestOf({ method: templates.method, path: templates.path, query: isRecord(query) ? query : {}, headers: templates.headers, body: named(body), contentType: templates.form ? "form" : "json" }, own);
  return addition === null ? request : added(request, addition);
}

function added(request: HttpRequest, addition: Addition): HttpRequest {
  if ("path" in addition) return { ...request, path: addition.path, query: [] };
  const { name, value } = addition;
  if (addition.in === "query") return { ...request, query: [...request.query.filter(([each]) => each !== name), [name, String(value)]] };
  const body = isRecord(request.body) ? request.body : {};
  if (addition.in === "body") return { ...request, body: { ...body, [name]: value } };
  return { ...request, body: { ...body, variables: { ...(isRecord(body["variables"]) ? body["variables"] : {}), [name]: value } } };
}

function nameJoins(template: unknown, joins: Map<string, Join>): unknown {
  if (Array.isArray(template)) return template.map((item) => nameJoins(item, joins));
  if (!isRecord(template)) return template;
  const { join, of } = template;
  if (typeof join === "string" && Array.isArray(of)) {
    const name = `${BODY}${joins.size}`;
    joins.set(name, { join, of: of.map(String) });
    return `{${name}}`;
  }
  return Object.fromEntries(Object.entries(template).map(([name, item]) => [name, nameJoins(item, joins)]));
}

function joined({ join, of }: Join, values: RequestValues): string | undefined {
  const parts = of.filter((part) => [...argumentsIn(part)].every((name) => values.value(name) !== undefined)).map((part) => fillText(part, values));
  return parts.length === 0 ? undefined : parts.join(join);
}

/** A value as a query language takes it. `plain`: where nothing can be escaped, what could end the quote becomes a space. */
export function quoted(value: unknown, as: "single" | "double" | "plain"): string {
  const text = String(value).replace(/[\p{Cc}]+/gu, " ");
  if (as === "plain") return `"${text.replace(/["\\]+/g, " ").trim()}"`;
  const mark = as === "single" ? "'" : '"';
  return mark + text.replace(/[\\'"]/g, (found) => (found === "\\" || found === mark ? `\\${found}` : found)) + mark;
}
