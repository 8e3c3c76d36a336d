import { useEffect } from "react";

/** What the browser's tab says while the page is open; the product's name is added. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Baton`;
  }, [title]);
}
