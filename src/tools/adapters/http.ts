import { shapeOfJsonSchema } from "../../lib/shape.ts";
import { expandUriTemplate } from "../../outbound/uri-template.ts";
import { argumentShape, defaultOf } from "../declared/argument-shape.ts";
import { fillRequest, fillText, type RequestValues } from "../declared/fill-request.ts";
import { needsOf } from "../declared/tool-needs.ts";
import type { ToolSource } from "../declared/tool-source.ts";
import { httpDeclaration, systemNameOf, type HttpDeclaration, type HttpTool } from "./http-declaration.ts";
import { createHttpSystem, type HttpRequest } from "./http-system.ts";
import { makeHttpTool } from "./http-tool.ts";

/** Requests to a system over HTTP as tools. */
export const httpSource: ToolSource<HttpDeclaration> = {
  kind: "http",
  declaration: httpDeclaration,
  open(declared, place, deps) {
    const system = createHttpSystem(systemNameOf(declared), { ...declared, authentication: declared.authentication }, place.tenantId, deps);
    const tools = declared.tools.map((tool, index) =>
      makeHttpTool(
        {
          system, clock: deps.clock, rules: tool, input: argumentShape(tool), output: shapeOfJsonSchema(tool.output ?? {}), template: [tool.query, tool.headers, tool.body],
          answer: { answer: tool.answer, pick: tool.pick, matches: tool.matches, notFoundStatuses: tool.notFoundStatuses, refused: tool.refused },
          request: (values) => requestOf(tool, withDefaults(tool, values)),
        },
        ["tools", index],
      ),
    );
    return Promise.resolve({ tools, needs: needsOf({ template: declared, reached: [declared.url, declared.authentication] }), [Symbol.asyncDispose]: () => Promise.resolve() });
  },
};

const BODY_TYPES = { json: "application/json", form: "application/x-www-form-urlencoded", text: "text/plain; charset=utf-8" } as const;

/** The request of one call, as its declaration draws it. Throws `outbound.configuration` when a value cannot stand where it should. */
export function requestOf(tool: Pick<HttpTool, "method" | "path" | "query" | "headers" | "body" | "contentType">, values: RequestValues): HttpRequest {
  const inPath = Object.fromEntries([...tool.path.matchAll(/[\w.]+/g)].map(([name]) => [name, values.value(name)]));
  const query = Object.entries(tool.query).flatMap(([name, template]) => listOf(fillRequest(template, values)).map((text): [string, string] => [name, text]));
  const headers = Object.entries(tool.headers).map(([name, template]) => [name, fillText(template, values)] as const).filter(([, text]) => text !== "");
  return { method: tool.method, path: expandUriTemplate(tool.path, inPath), query, headers: Object.fromEntries(headers), body: fillRequest(tool.body, values), bodyType: BODY_TYPES[tool.contentType], nestedForm: "brackets" };
}

function withDefaults(tool: HttpTool, values: RequestValues): RequestValues {
  const orDefault = (path: string, given: unknown) => (given === undefined ? defaultOf(tool.input[path]) : given);
  return { ...values, value: (path) => orDefault(path, values.value(path)) };
}

function listOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(listOf);
  return [typeof value === "object" ? JSON.stringify(value) : String(value)];
}
