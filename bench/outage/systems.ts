import { createServer, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** `healthy`; `hangs`: takes calls and never answers; `fails`: answers 503. */
export type SystemMood = "healthy" | "hangs" | "fails";
export type ScriptedSystem = Disposable & { url: string; mood: SystemMood; calls: number };

/** A business system that answers in a few milliseconds, until it is told to fall ill. */
export async function startSystem(state: string): Promise<ScriptedSystem> {
  const open = new Set<ServerResponse>();
  const system = { url: "", mood: "healthy" as SystemMood, calls: 0, [Symbol.dispose]: () => stop(server, open) };
  const server = createServer((_request, response) => {
    system.calls += 1;
    open.add(response);
    response.once("close", () => open.delete(response));
    if (system.mood === "fails") response.writeHead(503).end();
    else if (system.mood === "healthy") void sleep(3).then(() => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ state })));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  system.url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`;
  return system;
}

function stop(server: Server, open: ReadonlySet<ServerResponse>): void {
  for (const response of open) response.destroy();
  server.close();
}
