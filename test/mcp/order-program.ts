import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { createOrderServer, openOrderDesk } from "./order-server.ts";

/** The same server as a program. */
await createOrderServer(openOrderDesk(), () => process.exit(7)).connect(new StdioServerTransport());
