import type { Tool } from "../../../src/tools/tool.ts";
import { done, makeTool } from "../make-tool.ts";
import { accountTools } from "./account-tools.ts";
import { creditCardTools } from "./credit-card-tools.ts";
import { customerTools } from "./customer-tools.ts";
import { debitCardTools } from "./debit-card-tools.ts";
import { agentDispatchers, readCatalogue, userDispatcher } from "./discoverable.ts";
import { disputeTools } from "./dispute-tools.ts";
import { bankOf } from "./bank.ts";
import { z } from "zod";

/** All tools of the bank; `catalogue` is the text of its `tools.json`, whose words some answers repeat. */
export function bankingTools(catalogue: string): Tool[] {
  const known = readCatalogue(catalogue);
  const discoverable = [...creditCardTools(known), ...accountTools(known), ...debitCardTools(), ...disputeTools(known)];
  return [...customerTools(), ...agentDispatchers(known, discoverable), userDispatcher(discoverable), lister("list_discoverable_agent_tools", "agent_discoverable_tools"), lister("list_discoverable_user_tools", "user_discoverable_tools")];
}

function lister(name: string, table: string): Tool {
  return makeTool({
    domain: "banking_knowledge", name, purpose: "Lists the tools that were unlocked or given.", risk: "read", input: z.strictObject({}), output: z.string(),
    run: async (_input, records) => done(`${await bankOf(records).count(table)} tools`),
  });
}
