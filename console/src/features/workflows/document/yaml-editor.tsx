import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { EditorState, type Text } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useImperativeHandle, useRef, type Ref } from "react";
import type { FindingView } from "../../../../../src/shapes/workflow.ts";
import { documentCompletions } from "./document-completions.ts";
import { editorTheme } from "./editor-theme.ts";
import type { FunctionWords } from "./function-words.ts";
import { shadowMount } from "./shadow-mount.ts";

export type EditorHandle = { /** Puts another text in; undo brings the old one back. */ replace: (text: string) => void; goTo: (line: number, column: number) => void };
type YamlEditorProps = { label: string; functions: readonly FunctionWords[]; initialText: string; isReadOnly: boolean; findings: readonly FindingView[]; onChange: (text: string) => void; handle: Ref<EditorHandle> };

/** A workflow document as text: completions by place, findings as marks. Tab indents; Escape and then Tab leaves. */
export function YamlEditor({ label, functions, initialText, isReadOnly, findings, onChange, handle }: YamlEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const started = useRef({ label, initialText, isReadOnly });
  const latest = useRef({ onChange, functions });
  useEffect(() => {
    latest.current = { onChange, functions };
  });

  useEffect(() => {
    if (host.current === null) return;
    const root = shadowMount(host.current);
    const { label, initialText, isReadOnly } = started.current;
    const editor = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: initialText,
        extensions: [...extensionsFor(label, () => latest.current.functions), EditorState.readOnly.of(isReadOnly), EditorView.updateListener.of((update) => update.docChanged && latest.current.onChange(update.state.doc.toString()))],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (editor !== null) editor.dispatch(setDiagnostics(editor.state, findings.map((finding) => toDiagnostic(editor.state.doc, finding))));
  }, [findings]);

  useImperativeHandle(handle, () => ({
    replace: (text) => view.current?.dispatch({ changes: { from: 0, to: view.current.state.doc.length, insert: text } }),
    goTo: (line, column) => {
      const editor = view.current;
      if (editor === null) return;
      const at = placeIn(editor.state.doc, line, column);
      editor.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
      editor.focus();
    },
  }), []);

  return <div ref={host} data-editor className="h-full min-h-0" />;
}

function extensionsFor(label: string, functionsNow: () => readonly FunctionWords[]) {
  return [
    lineNumbers(), highlightActiveLineGutter(), lintGutter(), foldGutter(), history(), drawSelection(), highlightActiveLine(), indentOnInput(), bracketMatching(), closeBrackets(), indentUnit.of("  "),
    yaml(), autocompletion({ override: [(context) => documentCompletions(context, functionsNow())], icons: false }), editorTheme,
    keymap.of([{ key: "Tab", run: acceptCompletion }, ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "false", autocorrect: "off", autocapitalize: "off" }),
  ];
}

function toDiagnostic(doc: Text, finding: FindingView): Diagnostic {
  const { line, column } = finding.place;
  const from = placeIn(doc, line, column);
  const whole = doc.lineAt(from);
  const word = /^[^\s:,\]}]+/.exec(doc.sliceString(from, whole.to))?.[0].length ?? 0;
  return { from, to: Math.min(whole.to, from + Math.max(word, 1)), severity: finding.severity, message: `${finding.message}\n${finding.advice}` };
}

function placeIn(doc: Text, line: number, column: number): number {
  const found = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return Math.min(found.to, found.from + Math.max(column - 1, 0));
}
