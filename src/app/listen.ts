import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { portTaken } from "./app.errors.ts";

export type Listening = AsyncDisposable & { port: number; server: Server };

/** What answers some requests on the bare server, without the layers of the others. `handle` never rejects. */
export type Beside = { isFor(request: IncomingMessage): boolean; handle(request: IncomingMessage, response: ServerResponse): void };

const TRIES = 20;

/**
 * Serves HTTP. With `canMove`, a taken port gives way to the next free one.
 * Throws `app.port_taken`.
 */
export async function listen(fetch: Hono["fetch"], options: { host: string; port: number; canMove: boolean; beside?: Beside }): Promise<Listening> {
  const listener = getRequestListener(fetch, { hostname: options.host });
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 15_000, keepAliveTimeout: 65_000 }, (request, response) => {
    if (options.beside?.isFor(request) === true) options.beside.handle(request, response);
    else void listener(request, response);
  });
  for (let port = options.port; ; port += 1) {
    const error = await tryListen(server, options.host, port);
    if (error === null) break;
    if (error.code === "EADDRINUSE" && options.canMove && port < options.port + TRIES) continue;
    if (error.code === "EADDRINUSE") throw portTaken({ message: `Port ${port} is taken by another program. Stop it, or set BATON_PORT to a free port.` });
    throw error;
  }
  const address = server.address();
  return {
    server,
    port: typeof address === "object" && address !== null ? address.port : options.port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      // Event streams never end by themselves; their clients come back and go on from their last event.
      const forced = setTimeout(() => server.closeAllConnections(), 200);
      await closed;
      clearTimeout(forced);
    },
  };
}

function tryListen(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => resolve(error);
    server.once("error", failed);
    server.listen(port, host, () => {
      server.off("error", failed);
      resolve(null);
    });
  });
}
