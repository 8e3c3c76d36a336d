import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";

export type Authority = AsyncDisposable & {
  url: string;
  /** Tokens that are good now. */
  valid: Set<string>;
  /** How often a token was asked for, by grant. */
  asked: Record<string, number>;
  /** Ends every access token; `andGrants`: what they are renewed by, too. */
  revoke(options?: { andGrants: boolean }): void;
};

/** An authority that registers clients, asks nobody, and gives each renewal a refresh token of its own: the one before is good no more. */
export async function startAuthority(delayMs = 0): Promise<Authority> {
  const valid = new Set<string>();
  const grants = new Set<string>();
  const codes = new Map<string, string>();
  const asked: Record<string, number> = {};
  let url = "";
  const server = createServer((request, response) => {
    void readAll(request).then(async (body) => {
      const at = new URL(request.url ?? "/", url);
      const send = (status: number, value: unknown) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
      if (at.pathname === "/.well-known/oauth-authorization-server") return send(200, { issuer: url, authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token`, registration_endpoint: `${url}/register`, response_types_supported: ["code"], code_challenge_methods_supported: ["S256"], token_endpoint_auth_methods_supported: ["none"] });
      if (at.pathname === "/register") return send(201, { ...Object(JSON.parse(body)), client_id: "client-1" });
      if (at.pathname === "/authorize") {
        const code = randomBytes(8).toString("hex");
        codes.set(code, at.searchParams.get("code_challenge") ?? "");
        return response.writeHead(302, { location: `${at.searchParams.get("redirect_uri")}?code=${code}&state=${at.searchParams.get("state")}` }).end();
      }
      if (at.pathname !== "/token") return send(404, {});
      const form = new URLSearchParams(body);
      const grant = form.get("grant_type") ?? "";
      asked[grant] = (asked[grant] ?? 0) + 1;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      const isRight = grant === "refresh_token" ? grants.delete(form.get("refresh_token") ?? "") : codes.get(form.get("code") ?? "") === createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
      if (!isRight) return send(400, { error: "invalid_grant" });
      const [token, refresh] = [randomBytes(12).toString("hex"), randomBytes(12).toString("hex")];
      valid.add(token);
      grants.add(refresh);
      return send(200, { access_token: token, token_type: "Bearer", expires_in: 3_600, refresh_token: refresh });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  return {
    url, valid, asked,
    revoke({ andGrants } = { andGrants: false }) {
      valid.clear();
      if (andGrants) grants.clear();
    },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

async function readAll(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const part of request) body += String(part);
  return body;
}
