import { z } from "zod";
import type { Tool } from "../../src/tools/tool.ts";
import type { Domain } from "./data-set.ts";
import { done, makeTool, refused } from "./make-tool.ts";
import { calculate, floatText, roundTo } from "./python-number.ts";

/** What several domains have: a calculator, and the way to a person. */
export function generalTools(domain: Domain): Tool[] {
  return [
    makeTool({
      domain, name: "calculate", purpose: "Calculates an expression of numbers, + - * / and brackets.", risk: "read", input: z.strictObject({ expression: z.string() }), output: z.string(),
      run: async ({ expression }) => {
        const value = calculate(expression);
        return value === null ? refused("Invalid characters in expression") : done(floatText(roundTo(value, 2)));
      },
    }),
    makeTool({
      domain, name: "transfer_to_human_agents", purpose: "Hands the customer over to a person, with a summary.", risk: "read", input: z.strictObject({ summary: z.string() }), output: z.string(),
      run: async () => done("Transfer successful"),
    }),
  ];
}
