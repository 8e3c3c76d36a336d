import { defineTool } from "baton/tools";
import { z } from "zod";

/** Fails as often as it is told, three tries a call, and keeps what it did by its key. */
export default defineTool({
  name: "flaky", purpose: "For tests.", risk: "write", idempotency: "key", needsVerifiedContact: true, timeoutMs: 5_000,
  input: z.object({ name: z.string(), failures: z.number() }),
  output: z.object({ key: z.string() }),
  describe: ({ name }) => `Do ${name}.`,
  async run({ name, failures }, { sql, idempotencyKey }) {
    const row = (await sql.query("insert into desk.tries (name, tries, key) values ($1, 1, $2) on conflict (name) do update set tries = desk.tries.tries + 1, key = desk.tries.key || ',' || $2 returning tries", [name, idempotencyKey]))[0];
    if (Number(row?.["tries"]) <= failures) throw new Error("not yet");
    return { kind: "ok", output: { key: idempotencyKey }, say: "Done." };
  },
});
