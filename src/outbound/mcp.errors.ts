import { defineError } from "../lib/app-error.ts";

/** A person has to sign in to an MCP server, for the first time or again. `details.challenge`: what the server asked for. */
export const mcpSignInNeeded = defineError({ code: "outbound.sign_in_needed", status: 401, message: "A person has to sign in to this MCP server." });
