import { forbiddenClasses } from "../inventory/data-rules.ts";
import { modelDataNotAllowed } from "../models.errors.ts";
import type { HidingDeps } from "../wrappers/with-hiding.ts";
import type { Embedder } from "./embedder.ts";

/**
 * The same embedding model behind the data rules: what may not go to it as it is goes with placeholders in place of personal values.
 *
 * Errors: `models.data_not_allowed` where nothing can be hidden; what the redactor throws. Nothing is sent then.
 */
export function withHiddenTexts(inner: Embedder, { rules, hide }: HidingDeps): Embedder {
  return {
    ...inner,
    async embed(texts, kind, signal, context) {
      const dataClasses = forbiddenClasses(rules, context.dataClasses, inner.handling);
      if (dataClasses.length === 0) return inner.embed(texts, kind, signal, context);
      if (hide === null) throw modelDataNotAllowed({ details: { dataClasses, handling: inner.handling, modelId: inner.id } });
      const hidden = await hide(texts, context);
      return inner.embed(hidden.texts, kind, signal, { ...context, dataClasses: [] });
    },
  };
}
