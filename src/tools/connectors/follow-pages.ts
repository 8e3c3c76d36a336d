import { valueAt } from "../declared/fill-template.ts";
import { systemFault } from "../tools.errors.ts";
import type { Addition } from "./fill-templates.ts";
import type { Pages } from "./operation.ts";

/** A page that came: its parsed body and headers, how many records were picked of it, and which page it was, from 1. */
export type Page = { content: unknown; link: string | undefined; items: readonly unknown[]; pageNo: number };

/** What the next page's request adds; null: there is none. Throws `tools.system_fault` when it would lead to another system. */
export function nextPage(pages: Pages, page: Page, base: URL): Addition | null {
  if (page.items.length === 0) return null;
  if (pages.by === "number") return page.items.length < pages.size ? null : { in: pages.in, name: pages.as, value: page.pageNo + 1 };
  if (pages.by === "url") return atAddress(valueAt(page.content, pages.at), base);
  if (pages.by === "link") return atAddress(nextOf(page.link), base);
  if (pages.more !== undefined && valueAt(page.content, pages.more) !== true) return null;
  const token = pages.by === "token" ? valueAt(page.content, pages.at) : valueAt(page.items.at(-1), pages.field);
  return (typeof token === "string" && token !== "") || typeof token === "number" ? { in: pages.in, name: pages.as, value: token } : null;
}

/** Source: RFC 8288, `rel="next"`. */
function nextOf(link: string | undefined): string | undefined {
  return /<([^>]+)>\s*;[^,]*\brel="?next"?/i.exec(link ?? "")?.[1];
}

/** An address of the same system as a path behind its base: credentials go nowhere else. */
function atAddress(address: unknown, base: URL): Addition | null {
  if (typeof address !== "string" || address === "") return null;
  const url = URL.canParse(address, base.href) ? new URL(address, base.href) : null;
  const root = base.pathname.replace(/\/$/, "");
  if (url === null || url.host !== base.host || !url.pathname.startsWith(`${root}/`)) throw systemFault({ message: `The next page would not be of ${base.host}.` });
  return { path: `${url.pathname.slice(root.length)}${url.search}` };
}
