import { registerHooks } from "node:module";

let isRegistered = false;

/**
 * Lets a workspace that lies anywhere use what lies beside Baton: `baton/tools` and the packages Baton brings (zod). What
 * the workspace has installed itself comes first.
 */
export function resolvePackages(): void {
  if (isRegistered) return;
  isRegistered = true;
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        const isPackage = /^[@a-z]/i.test(specifier) && !/^[a-z]+:/i.test(specifier);
        if (!isPackage || !(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")) throw error;
        return next(specifier, { ...context, parentURL: import.meta.url });
      }
    },
  });
}
