export { createBuiltInUnderstander } from "./built-in.ts";
export { createLanguageModelUnderstander } from "./language-model.ts";
export { createLocalModelUnderstander } from "./local-model.ts";
