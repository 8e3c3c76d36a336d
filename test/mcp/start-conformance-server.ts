import { createServer, request as send } from "node:http";
import { join } from "node:path";
import { createKey } from "../../src/identity/authenticate.ts";
import { startTestApp } from "../start-test-app.ts";

/**
 * Baton with the workspace of the conformance suite. The suite brings no credentials, so what it sends goes through a door that puts an API key
 * on it and leaves the rest, the names of host and origin too, as it was.
 */
export async function startConformanceServer(): Promise<AsyncDisposable & { url: string }> {
  await using cleanup = new AsyncDisposableStack();
  const app = cleanup.use(await startTestApp({ env: { BATON_WORKSPACE: join(import.meta.dirname, "workspace") } }));
  const key = await createKey(app.running.app.identity, app.running.app.workspace.tenantId, "conformance");
  const { port } = new URL(app.url);
  const door = createServer((incoming, response) => {
    const sent = send({ host: "127.0.0.1", port, method: incoming.method, path: incoming.url, headers: { ...incoming.headers, authorization: `Bearer ${key}` } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    sent.on("error", () => response.destroy());
    incoming.pipe(sent);
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  cleanup.defer(() => new Promise<void>((resolve) => {
    door.close(() => resolve());
    door.closeAllConnections();
  }));
  const address = door.address();
  const disposal = cleanup.move();
  return { url: `http://localhost:${typeof address === "object" && address !== null ? address.port : 0}/mcp`, [Symbol.asyncDispose]: () => disposal.disposeAsync() };
}
