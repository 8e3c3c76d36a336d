import type { ReactNode } from "react";

function Icon({ children }: { children: ReactNode }) {
  return <svg viewBox="0 0 16 16" className="size-4 shrink-0" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">{children}</svg>;
}

export function PlusIcon() {
  return <Icon><path d="M8 3.5v9M3.5 8h9" /></Icon>;
}

export function MinusIcon() {
  return <Icon><path d="M3.5 8h9" /></Icon>;
}

export function FitIcon() {
  return <Icon><path d="M2.8 6V2.8H6M10 2.8h3.2V6M13.2 10v3.2H10M6 13.2H2.8V10" /></Icon>;
}

export function WorkflowIcon() {
  return <svg viewBox="0 0 16 16" className="size-5 shrink-0" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false"><rect x="5.6" y="1.8" width="4.8" height="3.6" rx="1" /><rect x="1.8" y="10.6" width="4.8" height="3.6" rx="1" /><rect x="9.4" y="10.6" width="4.8" height="3.6" rx="1" /><path d="M8 5.4V8M4.2 10.6V8h7.6v2.6" /></svg>;
}

export function PlayIcon() {
  return <Icon><path d="M5 3.5v9l7-4.5Z" /></Icon>;
}

export function PauseIcon() {
  return <Icon><path d="M5.5 3.5v9M10.5 3.5v9" /></Icon>;
}
