import { toolOver } from "../tool-over.ts";

export default toolOver({ name: "get_invoice", system: "billing", address: "BENCH_BILLING_URL", thing: "invoice" });
