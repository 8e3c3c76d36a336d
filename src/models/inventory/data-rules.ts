import type { DataClass } from "../../shapes/data-class.ts";
import type { ModelHandling } from "../model.ts";
import type { DataRules } from "./models-file.ts";

/** What holds without `models.yaml`: personal data, payment data and credentials stay in the house. */
export const STRICT_RULES: DataRules = { personal: ["inside"], payment: ["inside"], credential: ["inside"] };

/** The classes among these that may not go there as they are. Pure. */
export function forbiddenClasses(rules: DataRules, classes: readonly DataClass[], handling: ModelHandling): DataClass[] {
  return classes.filter((each) => !rules[each].includes(handling));
}
