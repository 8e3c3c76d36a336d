/**
 * A place for CodeMirror that a strict content security policy allows: inside a shadow root it puts its styles into
 * `adoptedStyleSheets` instead of `<style>` elements, which the policy refuses.
 *
 * Keys typed inside stay inside: from outside the target would be the host, and the console's single-key shortcuts would act.
 */
export function shadowMount(host: HTMLElement): ShadowRoot {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  root.addEventListener("keydown", (event) => event.stopPropagation());
  return root;
}
