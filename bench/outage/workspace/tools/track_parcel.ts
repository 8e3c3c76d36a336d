import { toolOver } from "../tool-over.ts";

export default toolOver({ name: "track_parcel", system: "carrier", address: "BENCH_CARRIER_URL", thing: "parcel" });
