/**
 * One line of a provider's bill, as far as it says: one day, one model. Several lines may speak of the same.
 *
 * Units: micro-USD (fractions as the provider prints them), tokens. `promptTokens` with the cached ones. Null: the bill does not say.
 */
export type BillLine = { day: string; model: string | null; microUsd: number | null; promptTokens: number | null; completionTokens: number | null; calls: number | null };

export type Bill = { format: string; provider: string | null; lines: BillLine[] };

/** Which columns of a file mean what, where we do not know the file. */
export type BillColumns = { date: string; model?: string; cost?: string; promptTokens?: string; completionTokens?: string; calls?: string; unit: "usd" | "cents" };

/** A model's name without its date and as providers write it in prices: `Claude Haiku 4.5` and `claude-haiku-4-5-20251001` are one. */
export function familyOf(model: string): string {
  const bare = model.trim().toLowerCase().replace(/^[a-z]+\//, "").replace(/[\s_.]+/g, "-");
  return bare.replace(/-(\d{4}-\d{2}-\d{2}|\d{8})$/, "");
}
