import { yaml } from "@codemirror/lang-yaml";
import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { mergeTheme } from "../document/editor-theme.ts";
import { shadowMount } from "../document/shadow-mount.ts";

/** Two texts side by side with their differences; what is the same folds away. */
export function DiffEditor({ before, after, label, isYaml = true }: { before: string; after: string; label: string; isYaml?: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current === null) return;
    const root = shadowMount(host.current);
    const side = (doc: string, name: string) => ({ doc, extensions: [lineNumbers(), ...(isYaml ? [yaml()] : []), mergeTheme, EditorView.lineWrapping, EditorState.readOnly.of(true), EditorView.contentAttributes.of({ "aria-label": `${name} of ${label}`, tabindex: "0" })] });
    const view = new MergeView({ a: side(before, "The older"), b: side(after, "The newer"), parent: root, root, gutter: true, highlightChanges: true, collapseUnchanged: { margin: 3, minSize: 6 } });
    return () => view.destroy();
  }, [before, after, label, isYaml]);
  return <div ref={host} data-editor className="overflow-hidden rounded-xl border border-line" />;
}
