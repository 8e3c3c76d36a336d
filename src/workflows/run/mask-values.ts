import { createMask, MASK, textsOf } from "../../lib/mask-texts.ts";

/** Hides texts in any data, keys included, before it is kept; while there is nothing to hide the data goes through as it is. */
export type ValueMask = {
  mask<T>(value: T): T;
  /** From now on these are hidden too. False: all of them were already. */
  hide(values: unknown): boolean;
  /** Whether something of the value would be hidden: it is not kept as it was. */
  touches(value: unknown): boolean;
};

export function createValueMask(secrets: Readonly<Record<string, unknown>>): ValueMask {
  const hidden = new Set<string>();
  let mask: ((text: string) => string) | null = null;
  const hide = (values: unknown): boolean => {
    const fresh = textsOf(values).filter((text) => !hidden.has(text));
    if (fresh.length === 0) return false;
    for (const text of fresh) hidden.add(text);
    mask = createMask([...hidden]);
    return true;
  };
  hide(secrets);
  return {
    mask: (value) => (mask === null ? value : masked(mask, value)),
    hide,
    touches: (value) => mask !== null && JSON.stringify(masked(mask, value)) !== JSON.stringify(value),
  };
}

function masked<T>(mask: (text: string) => string, value: T): T;
function masked(mask: (text: string) => string, value: unknown): unknown {
  if (typeof value === "string") return mask(value);
  // A secret made of digits that an expression turned into a number.
  if (typeof value === "number") return mask(String(value)) === MASK ? MASK : value;
  if (Array.isArray(value)) return value.map((each: unknown) => masked(mask, each));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [mask(key), masked(mask, each)]));
}
