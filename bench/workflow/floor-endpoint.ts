import { createServer } from "node:http2";
import * as restate from "@restatedev/restate-sdk";

/**
 * A bare unkeyed handler with three journaled steps and nothing in them, by the plain SDK.
 *
 *   node bench/workflow/floor-endpoint.ts ADMIN_URL
 */
const [adminUrl = ""] = process.argv.slice(2);

const floor = restate.service({
  name: "three_steps",
  options: { journalRetention: 0 },
  handlers: {
    run: async (context: restate.Context, input: unknown) => {
      for (let step = 0; step < 3; step += 1) await context.run(`step-${step}`, async () => ({ ok: { step, kind: "done" } }));
      return input;
    },
  },
});

const server = createServer(restate.createEndpointHandler({ services: [floor], logger: () => {} }));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = server.address();
const port = typeof address === "object" && address !== null ? address.port : 0;
const answer = await fetch(new URL("/deployments", adminUrl), { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ uri: `http://127.0.0.1:${port}`, force: true }) });
if (!answer.ok) throw new Error(`Restate refused the floor: ${answer.status} ${await answer.text()}`);
process.stdout.write("ready\n");
