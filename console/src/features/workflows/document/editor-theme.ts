import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const theme = EditorView.theme({
  "&": { height: "100%", fontSize: "0.8125rem", backgroundColor: "var(--color-surface)", color: "var(--color-ink)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--color-ink)", padding: "10px 0" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--color-ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "color-mix(in oklab, var(--color-accent) 28%, transparent)" },
  ".cm-gutters": { backgroundColor: "var(--color-surface)", color: "var(--color-ink-faint)", border: "none", borderRight: "1px solid var(--color-line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in oklab, var(--color-sunken) 60%, transparent)" },
  ".cm-tooltip": { backgroundColor: "var(--color-surface)", color: "var(--color-ink)", border: "1px solid var(--color-line)", borderRadius: "8px", overflow: "hidden", boxShadow: "0 8px 24px rgb(0 0 0 / 0.14)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono)", fontSize: "0.75rem", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 8px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--color-accent)", color: "var(--color-on-accent)" },
  ".cm-completionDetail": { fontStyle: "normal", fontFamily: "var(--font-sans)", marginLeft: "1rem" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-diagnostic": { padding: "6px 10px", fontFamily: "var(--font-sans)", fontSize: "0.8125rem", maxWidth: "34rem", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--color-bad)" },
  ".cm-diagnostic-warning": { borderLeft: "3px solid var(--color-warn)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--color-bad)", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--color-warn)", textUnderlineOffset: "3px" },
  ".cm-gutter-lint": { width: "1.1em" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0.15em 0.1em" },
  ".cm-lint-marker-error": { content: "none", borderRadius: "50%", width: "0.7em", height: "0.7em", marginTop: "0.3em", backgroundColor: "var(--color-bad)" },
  ".cm-lint-marker-warning": { content: "none", borderRadius: "2px", width: "0.7em", height: "0.7em", marginTop: "0.3em", backgroundColor: "var(--color-warn)" },
  ".cm-snippetField": { backgroundColor: "var(--color-accent-soft)" },
  ".cm-foldPlaceholder, .cm-collapsedLines": { background: "var(--color-sunken)", color: "var(--color-ink-soft)", border: "none" },
});

const MERGE = EditorView.theme({
  "&.cm-editor": { height: "auto" },
  "&.cm-merge-a .cm-changedLine, .cm-deletedChunk": { backgroundColor: "var(--color-bad-soft)" },
  "&.cm-merge-b .cm-changedLine": { backgroundColor: "var(--color-good-soft)" },
  "&.cm-merge-a .cm-changedText": { background: "none", boxShadow: "inset 0 -2px 0 var(--color-bad)" },
  "&.cm-merge-b .cm-changedText": { background: "none", boxShadow: "inset 0 -2px 0 var(--color-good)" },
  "&.cm-merge-a .cm-changedLineGutter": { background: "var(--color-bad)" },
  "&.cm-merge-b .cm-changedLineGutter": { background: "var(--color-good)" },
  ".cm-collapsedLines": { fontFamily: "var(--font-sans)", padding: "4px 12px", textAlign: "center" },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--color-accent-ink)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--color-good)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword, tags.typeName], color: "var(--color-warn)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--color-ink-faint)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace, tags.meta], color: "var(--color-ink-faint)" },
]);

/** The console's colours, by its own variables, so light and dark come by themselves. */
export const editorTheme: Extension = [theme, syntaxHighlighting(colours)];
export const mergeTheme: Extension = [editorTheme, MERGE];
