import { defineTool } from "baton/tools";
import { z } from "zod";

export default defineTool({
  name: "test_simple_text", purpose: "Says a sentence.", risk: "read", idempotency: "natural", needsVerifiedContact: false, timeoutMs: 1_000,
  input: z.strictObject({}), output: z.object({}), describe: () => "Says a sentence.",
  run: () => Promise.resolve({ kind: "ok", output: {}, say: "This is a simple text response for testing." }),
});
