import { openBudgets, type OpenBudgets } from "../../models/budgets/open-budgets.ts";
import type { Composing } from "./composing.ts";
import type { Ground } from "./open-ground.ts";

/** The budgets of this process, for everything that asks a provider; without a models.yaml there are none to hold, and calls are written down all the same. */
export function openSpending({ clock, log, cleanup }: Composing, { database, workspace }: Ground): OpenBudgets {
  const { budgets: rules = [], unknownPrice } = workspace.models ?? {};
  return cleanup.adopt(openBudgets({ database, clock, log, rules, ...(unknownPrice === undefined ? {} : { unknownPrice }) }), (opened) => opened.stop());
}
