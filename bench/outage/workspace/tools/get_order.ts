import { toolOver } from "../tool-over.ts";

export default toolOver({ name: "get_order", system: "orders", address: "BENCH_ORDERS_URL", thing: "order" });
