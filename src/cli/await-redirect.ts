import { createServer } from "node:http";
import type { McpSigner } from "../outbound/mcp-login.ts";

const WAIT_MS = 5 * 60_000;
const PAGE = "<!doctype html><meta charset=utf-8><title>Baton</title><p>You are signed in. You can close this page and go back to the terminal.";
const FAILED = "<!doctype html><meta charset=utf-8><title>Baton</title><p>The sign-in was not completed. The terminal says why.";

/**
 * A person with a browser on this machine: is shown the link, and comes back to a port of ours. `port` 0 takes a free one.
 *
 * `authorize` throws when the sign-in is refused, comes back with another state, or takes longer than five minutes.
 */
export async function awaitRedirect(port: number, show: (link: URL) => void): Promise<McpSigner & AsyncDisposable> {
  let answered: ((back: URLSearchParams) => string | null) | null = null;
  const server = createServer((request, response) => {
    const back = new URL(request.url ?? "/", "http://127.0.0.1");
    if (back.pathname !== "/callback" || answered === null) return void response.writeHead(404).end();
    const fault = answered(back.searchParams);
    response.writeHead(fault === null ? 200 : 400, { "content-type": "text/html; charset=utf-8", connection: "close" }).end(fault === null ? PAGE : FAILED);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    redirectUrl: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : port}/callback`,
    async authorize(link, state) {
      let timer: NodeJS.Timeout | undefined;
      try {
        return await new Promise<string>((resolve, reject) => {
          timer = setTimeout(() => reject(new Error("Nobody signed in within five minutes. Run the command again.")), WAIT_MS);
          answered = (back) => {
            const fault = faultOf(back, state);
            if (fault === null) resolve(back.get("code") ?? "");
            else reject(new Error(fault));
            return fault;
          };
          show(link);
        });
      } finally {
        clearTimeout(timer);
        answered = null;
      }
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    }),
  };
}

function faultOf(back: URLSearchParams, state: string): string | null {
  if (back.get("state") !== state) return "The answer belongs to another sign-in. Run the command again.";
  const error = back.get("error");
  if (error !== null) return `The sign-in was refused (${error.replace(/[^\w-]/g, "").slice(0, 60)}).`;
  return back.get("code") === null ? "The authority sent no code." : null;
}
