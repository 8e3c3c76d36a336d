export { createCel } from "./cel.ts";
export { createJq } from "./jq.ts";
