import { z } from "zod";

const jsonSchema = z.record(z.string(), z.unknown());

const pinnedParameter = z.object({
  argument: z.string(), name: z.string(), in: z.enum(["path", "query", "header", "cookie", "formData"]), required: z.boolean(),
  style: z.string().optional(), explode: z.boolean().optional(), collectionFormat: z.string().optional(),
});

/** `members`: the body's members by their arguments; null: all of the body is the argument `argument`. */
const pinnedBody = z.object({ type: z.string(), isRequired: z.boolean(), argument: z.string(), members: z.record(z.string(), z.string()).nullable(), nested: z.enum(["json", "brackets"]) });

/** One operation with everything that a call needs, and nothing that refers to the document it came from. */
const pinnedOperation = z.object({
  method: z.string(), path: z.string(), operationId: z.string().nullable(), purpose: z.string(),
  parameters: z.array(pinnedParameter), body: pinnedBody.nullable(), answer: z.enum(["json", "text"]),
  input: jsonSchema, output: jsonSchema,
});
export type PinnedOperation = z.infer<typeof pinnedOperation>;
export type PinnedParameter = z.infer<typeof pinnedParameter>;
export type PinnedBody = z.infer<typeof pinnedBody>;

/** What lies beside a declaration, `tools/shop.openapi.json`: operations by the name the declaration gives. `sha256`: of the document. */
export const pinnedDocument = z.object({ about: z.string(), title: z.string(), version: z.string(), sha256: z.string(), operations: z.record(z.string(), pinnedOperation) });
export type PinnedDocument = z.infer<typeof pinnedDocument>;

/** `tools/shop.yaml` → `tools/shop.openapi.json`. */
export function pinnedFileOf(declaration: string): string {
  return declaration.replace(/\.ya?ml$/, ".openapi.json");
}
