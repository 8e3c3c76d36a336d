/** What a text or an argument may hold. `personal`: mail, phone, address, name; `payment`: cards and accounts; `credential`: keys and passwords. */
export type DataClass = "personal" | "payment" | "credential";
