export { createAiSdkModel, type AiSdkOptions } from "./ai-sdk.ts";
export type { Wire, WireKey } from "./vendors.ts";
