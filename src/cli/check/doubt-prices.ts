import type { ModelsFile } from "../../models/inventory/models-file.ts";
import type { Finding } from "../../workflows/verify/finding.ts";
import type { SettingsFile } from "./read-settings.ts";

const OLD_DAYS = 180;
const DAY_MS = 86_400_000;

/** Prices of `models.yaml` that are over, or were read long ago: budgets and reports go by them as they stand. */
export function doubtPrices(file: SettingsFile<ModelsFile>, nowMs: number): Finding[] {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  return (file.data?.models ?? []).flatMap(({ name, price }, place): Finding[] => {
    if (price === undefined) return [];
    const isOver = price.until !== undefined && price.until < today;
    const isOld = price.until === undefined && nowMs - Date.parse(price.readOn) > OLD_DAYS * DAY_MS;
    if (!isOver && !isOld) return [];
    const message = isOver ? `The price of "${name}" held until ${price.until ?? ""}.` : `The price of "${name}" was read on ${price.readOn}, more than ${OLD_DAYS} days ago.`;
    return [{ ...file.at(["models", place, "price"], `${message} Budgets and cost reports go by it all the same.`, `Read it again at its source (${price.source}) and write the day to readOn${isOver ? ", and the new last day, if there is one, to until" : ""}.`), severity: "warning" }];
  });
}
