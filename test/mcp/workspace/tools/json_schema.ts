import { defineTool } from "baton/tools";
import { z } from "zod";

const declared = defineTool({
  name: "json_schema_2020_12_tool", purpose: "Takes a name and an address.", risk: "read", idempotency: "natural", needsVerifiedContact: false, timeoutMs: 1_000,
  input: z.looseObject({}), output: z.object({}), describe: () => "Takes a name and an address.",
  run: () => Promise.resolve({ kind: "ok", output: {}, say: "Thank you." }),
});

/** The schema as it stands, as an imported document would have it. */
export default {
  ...declared,
  input: {
    ...declared.input,
    jsonSchema: {
      $schema: "https://json-schema.org/draft/2020-12/schema", type: "object",
      $defs: { address: { type: "object", properties: { street: { type: "string" }, city: { type: "string" } } } },
      properties: { name: { type: "string" }, address: { $ref: "#/$defs/address" } }, additionalProperties: false,
    },
  },
};
