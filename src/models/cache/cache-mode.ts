import type { CacheMode, CallPurpose } from "../call-context.ts";
import type { RouteDefinition } from "../inventory/models-file.ts";
import type { ModelRequest } from "../model.ts";

export type CacheModes = {
  routes: ReadonlyMap<string, RouteDefinition>;
  purposes: Partial<Record<CallPurpose, CacheMode | undefined>>;
  /** The route that the rules send a request to; null: none holds. */
  ruleOf(request: ModelRequest): string | null;
};

/** Whether an answer to this request may come out of the cache: as the caller says, else the route it takes, else its purpose; else not. Pure. */
export function cacheModeOf({ routes, purposes, ruleOf }: CacheModes, request: ModelRequest): CacheMode {
  const { cache, route, purpose } = request.context;
  return cache ?? routes.get(route ?? ruleOf(request) ?? "default")?.cache ?? purposes[purpose] ?? "off";
}
