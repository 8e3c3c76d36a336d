/** What a text or an argument may hold. `personal`: mail, phone, address, name; `payment`: cards and accounts; `credential`: keys and passwords. */
export const DATA_CLASSES = ["personal", "payment", "credential"] as const;
export type DataClass = (typeof DATA_CLASSES)[number];
