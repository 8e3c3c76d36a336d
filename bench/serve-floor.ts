import { createServer } from "node:http2";
import * as restate from "@restatedev/restate-sdk";

/** So many journaled steps with nothing in them. */
export async function makeBareSteps(context: restate.Context, steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) await context.run(`step-${step}`, async () => ({ ok: { step, kind: "done" } }));
}

/** Serves a bare handler by the plain SDK, makes it known to Restate, and says that it serves. */
export async function serveFloor(service: Parameters<typeof restate.createEndpointHandler>[0]["services"][number], adminUrl: string): Promise<void> {
  const server = createServer(restate.createEndpointHandler({ services: [service], logger: () => {} }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const answer = await fetch(new URL("/deployments", adminUrl), { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ uri: `http://127.0.0.1:${port}`, force: true }) });
  if (!answer.ok) throw new Error(`Restate refused the floor: ${answer.status} ${await answer.text()}`);
  process.stdout.write("ready\n");
}
