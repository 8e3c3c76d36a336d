import { defineTool } from "baton/tools";
import { z } from "zod";

const answer = z.object({ state: z.string() });

/** A tool that asks one of the three systems over HTTP. */
export function toolOver({ name, system, address, thing }: { name: string; system: string; address: string; thing: string }) {
  return defineTool({
    name, system, purpose: `Looks up the ${thing}.`, risk: "read", idempotency: "natural", needsVerifiedContact: false, timeoutMs: 1_000, retry: { attempts: 2, firstDelayMs: 50 },
    input: z.object({}), output: answer, describe: () => `Look up the ${thing}`,
    async run(_input, { signal }) {
      const answered = await fetch(process.env[address] ?? "", { signal });
      if (!answered.ok) throw new Error(`${system} answered ${answered.status}`);
      const output = answer.parse(await answered.json());
      return { kind: "ok", output, say: `Your ${thing} is ${output.state}.` };
    },
  });
}
