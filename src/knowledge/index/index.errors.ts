import { defineError } from "../../lib/app-error.ts";

export const vectorInvalid = defineError({ code: "knowledge.vector_invalid", status: 422, message: "A vector does not fit this index: it needs the dimensions of the tenant's other vectors, and finite values only." });
export const indexFull = defineError({ code: "knowledge.index_full", status: 507, message: "The search index has no room for this tenant. Give it more memory (BATON_SEARCH_MEMORY_MB), or use pgvector (BATON_SEARCH_INDEX=pgvector)." });
export const indexUnavailable = defineError({ code: "knowledge.index_unavailable", status: 503, isRetryable: true, message: "The search index had a fault and is being started again. Try once more." });
