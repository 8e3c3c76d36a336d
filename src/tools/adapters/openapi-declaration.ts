import { z } from "zod";
import { jsonSchema } from "../declared/argument-shape.ts";
import { operationRules } from "../declared/tool-rules.ts";
import { answerFields, httpSystemFields, systemFaults } from "./http-declaration.ts";

const { url, ...reached } = httpSystemFields;
const { answer: _, ...answers } = answerFields;

const openapiOperation = z.strictObject({
  operation: z.string().min(1).describe("The operation's id in the document, or `GET /pets/{id}`."),
  ...operationRules.shape,
  risk: operationRules.shape.risk.describe("How much harm a call can do; a document does not say, so a person must."),
  ...answers,
  arguments: z.array(z.string().min(1)).optional().describe("Which of the operation's arguments the tool takes, beside those that are bound; all without it."),
  output: jsonSchema.optional().describe("JSON Schema of what is picked, instead of the document's own."),
});
export type OpenApiToolRules = z.output<typeof openapiOperation>;

/** `tools/*.yaml` of kind openapi: operations of an OpenAPI document, which lies beside it as `*.openapi.json`. */
export const openapiDeclaration = z
  .strictObject({
    kind: z.literal("openapi"),
    document: z.string().min(1).describe("Where the document came from: an address, or a file from the workspace's folder. It is read by `baton tools import openapi` only."),
    server: url,
    ...reached,
    operations: z.array(openapiOperation).min(1),
  })
  .superRefine(({ server, ...declared }, context) => {
    for (const { path, message } of systemFaults({ ...declared, url: server })) context.addIssue({ code: "custom", path: path[0] === "url" ? ["server"] : path, message });
  });
export type OpenApiDeclaration = z.output<typeof openapiDeclaration>;
