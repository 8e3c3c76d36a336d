import { z } from "zod";
import { jsonSchema } from "../../declared/argument-shape.ts";
import { secretReference } from "../../declared/secret-reference.ts";
import { operationRules, toolRules } from "../../declared/tool-rules.ts";

const scopes = z.array(z.string().regex(/^[\x21-\x7e]+$/)).default([]);

const mcpTool = z.strictObject({
  ...operationRules.shape,
  tool: z.string().min(1).describe("What the server calls it."),
  answer: z.enum(["text", "json"]).default("text").describe("What its text is, when the server declares no shape for its answers: text as it stands, or JSON that is read."),
  output: jsonSchema.optional().describe("With `answer: json`: the JSON Schema of what is read. Without it anything."),
  notFoundText: z.string().min(3).max(200).optional().describe("A part of what the server says when there is no such record: `No such order`."),
});
export type McpToolRules = z.output<typeof mcpTool>;

/** `tools/*.yaml` of kind mcp: one server, called as the file is, and the tools of it that are used. */
export const mcpDeclaration = z
  .strictObject({
    kind: z.literal("mcp"),
    url: z.url({ protocol: /^https?$/ }).optional().describe("Its address (streamable HTTP)."),
    command: z.string().min(1).optional().describe("The program to start (stdio); the operator lists it in BATON_MCP_COMMANDS."),
    arguments: z.array(z.string()).default([]),
    environment: z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string()).default({}).describe("What the program finds in its environment; may hold `${secret:name}`."),
    headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string()).default({}).describe("Of every request: `Authorization: Bearer ${secret:name}`."),
    signIn: z.strictObject({
      client: z.strictObject({ id: z.string().min(1), secret: secretReference.optional() }).optional().describe("Where the authority registers no clients by itself."),
      clientMetadataUrl: z.url({ protocol: /^https$/ }).optional(), scopes,
    }).optional().describe("A person signs in once: `baton tools login NAME`."),
    client: z.strictObject({
      id: z.string().min(1), secret: secretReference.optional(), scopes,
      privateKey: secretReference.optional().describe("In PEM (PKCS 8), in the place of a secret."), algorithm: z.enum(["RS256", "ES256", "EdDSA", "PS256"]).default("RS256"),
    }).optional().describe("This installation is known to the authority itself (client credentials)."),
    tools: z.array(mcpTool).min(1),
  })
  .superRefine((declared, context) => {
    const say = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    const { url, command, signIn, client } = declared;
    if ((url === undefined) === (command === undefined)) say(["url"], "Say either the server's `url` or the `command` that starts it.");
    if (command !== undefined && (signIn !== undefined || client !== undefined || Object.keys(declared.headers).length > 0)) say(["command"], "A program has no headers and no sign-in: give it what it needs by its `environment`.");
    if (url !== undefined && (declared.arguments.length > 0 || Object.keys(declared.environment).length > 0)) say(["url"], "`arguments` and `environment` belong to a `command`.");
    if (signIn !== undefined && client !== undefined) say(["signIn"], "Either a person signs in, or the installation itself does.");
    if (client !== undefined && (client.secret === undefined) === (client.privateKey === undefined)) say(["client"], "Say either `secret` or `privateKey`.");
    for (const [index, tool] of declared.tools.entries()) {
      const at = (path: string, message: string) => say(["tools", index, path], message);
      if (tool.name === undefined && !toolRules.shape.name.safeParse(tool.tool).success) at("name", `"${tool.tool}" cannot be a tool's name here: give it one such as get_order.`);
      if (tool.output !== undefined && tool.answer !== "json") at("output", "This belongs to `answer: json`.");
      if (typeof tool.idempotency === "object" && "header" in tool.idempotency) at("idempotency", "A call has no headers of its own: use key, natural, none, or { field: name }.");
    }
  });
export type McpDeclaration = z.output<typeof mcpDeclaration>;
