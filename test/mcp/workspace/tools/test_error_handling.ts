import { defineTool } from "baton/tools";
import { z } from "zod";

export default defineTool({
  name: "test_error_handling", purpose: "Fails.", risk: "read", idempotency: "natural", needsVerifiedContact: false, timeoutMs: 1_000,
  input: z.strictObject({}), output: z.object({}), describe: () => "Fails.",
  run: () => Promise.reject(new Error("This tool intentionally returns an error for testing")),
});
