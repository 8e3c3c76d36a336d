import { useEffect, useRef, type RefObject } from "react";

export type Shortcuts = Record<string, ((event: KeyboardEvent) => void) | undefined>;

/** Listens for single keys; silent while a person types, holds a modifier or has a dialog open. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
      if (document.querySelector("dialog[open]") !== null) return;
      const run = latest.current[event.key];
      if (run === undefined) return;
      event.preventDefault();
      run(event);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

/** Moves the focus among the elements marked `data-list-item` inside `list`; from outside it enters at the current or first one. */
export function moveInList(list: HTMLElement | null, step: 1 | -1): void {
  if (list === null) return;
  const items = Array.from(list.querySelectorAll<HTMLElement>("[data-list-item]"));
  const focused = items.findIndex((item) => item === document.activeElement || item.contains(document.activeElement));
  const current = items.findIndex((item) => item.getAttribute("aria-current") === "page");
  const start = focused === -1 ? current : focused;
  const next = items[start === -1 ? 0 : Math.min(items.length - 1, Math.max(0, start + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** Lets `j` and `k` move among the items of the list that the returned ref is given to. */
export function useListShortcuts<List extends HTMLElement>(): RefObject<List | null> {
  const list = useRef<List>(null);
  useShortcuts({ j: () => moveInList(list.current, 1), k: () => moveInList(list.current, -1) });
  return list;
}

/** For `onKeyDown` of a list: the arrows move once the focus is inside. */
export function onListArrows(event: { key: string; currentTarget: HTMLElement; preventDefault: () => void }): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  moveInList(event.currentTarget, event.key === "ArrowDown" ? 1 : -1);
}
