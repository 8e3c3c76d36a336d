import type { ReactNode } from "react";

type WidePageProps = { back?: ReactNode; title: ReactNode; badges?: ReactNode; note?: ReactNode; actions?: ReactNode; below?: ReactNode; children: ReactNode };

/** A page that uses the whole width: a head that stays, and a body that fills the rest. */
export function WidePage({ back, title, badges, note, actions, below, children }: WidePageProps) {
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="shrink-0 border-b border-line bg-surface px-4 pt-3 md:px-6">
        {back !== undefined && <div className="text-xs text-ink-faint">{back}</div>}
        <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 pb-3">
          <div className="min-w-0">
            <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
              <h1 className="text-lg font-semibold tracking-tight break-words">{title}</h1>
              {badges}
            </div>
            {note !== undefined && <div className="mt-0.5 max-w-3xl text-ink-faint">{note}</div>}
          </div>
          {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </div>
        {below}
      </header>
      <div className="min-h-0 flex-1">{children}</div>
    </div>
  );
}
