import { z } from "zod";

/** Four digits; text such as "1042" or "#1042" is taken as well, since people and entity rules write it so. */
export const orderNumber = z
  .preprocess((given) => (typeof given === "string" ? Number(given.trim().replace(/^#\s*/, "") || Number.NaN) : given), z.number().int().min(1000).max(9999))
  .describe("The order number, four digits, for example 1042");
