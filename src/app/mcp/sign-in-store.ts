import { readSecret, setSecret, type CredentialDeps } from "../../credentials/credentials.ts";
import type { McpSignInStore } from "../../outbound/mcp-sign-in.ts";

/** Sign-ins to MCP servers lie among the secrets, sealed like them: that of `tracker` is called `mcp.tracker`. */
export function mcpSignInStore(deps: CredentialDeps): McpSignInStore {
  return {
    read: (tenantId, name) => readSecret(deps, tenantId, nameOf(name)),
    write: (tenantId, name, value) => setSecret(deps, tenantId, { name: nameOf(name), value, by: "mcp sign-in" }),
  };
}

function nameOf(server: string): string {
  return `mcp.${server}`;
}
