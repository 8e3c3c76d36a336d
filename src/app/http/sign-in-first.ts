import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { readContactToken, type IdentityDeps } from "../../identity/authenticate.ts";
import { bearer, PUBLIC_ROUTES, SELF_SIGNED_ROUTES, staff, type ApiEnv } from "./api.ts";

/**
 * Asks who comes before any route looks at what they bring, so that a stranger learns nothing of a route's shape. The route
 * asks again for the actor it needs (`staff` is looked up once a request).
 */
export function signInFirst(deps: IdentityDeps): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const route = matchedRoutes(context).find((each) => each.method !== "ALL" && each.path.startsWith("/api/"));
    const name = route === undefined ? null : `${route.method} ${route.path.replaceAll(/:(\w+)/g, "{$1}")}`;
    const isOpen = name === null || PUBLIC_ROUTES.includes(name) || (SELF_SIGNED_ROUTES.includes(name) && context.req.header("webhook-signature") !== undefined);
    if (!isOpen) await (context.req.path.startsWith("/api/chat/") ? readContactToken(deps, bearer(context)) : staff(context, deps));
    return next();
  };
}
