import { defineError } from "../../lib/app-error.ts";

export const billUnreadable = defineError({ code: "costs.bill_unreadable", status: 422, message: "The bill cannot be read." });
