import type { ButtonHTMLAttributes, ReactNode } from "react";

type ButtonTone = "primary" | "plain" | "quiet" | "danger";

const SHARED =
  "inline-flex items-center justify-center gap-1.5 rounded-lg font-medium whitespace-nowrap transition-colors select-none disabled:cursor-not-allowed disabled:opacity-55";

const TONES: Record<ButtonTone, string> = {
  primary: "bg-accent text-on-accent not-disabled:hover:bg-accent-strong",
  plain: "border border-line bg-surface text-ink shadow-[0_1px_1px_oklch(0_0_0/0.03)] not-disabled:hover:border-line-strong not-disabled:hover:bg-sunken",
  quiet: "text-ink-soft not-disabled:hover:bg-sunken not-disabled:hover:text-ink",
  danger: "border border-line bg-surface text-bad not-disabled:hover:bg-bad-soft",
};

const SIZES = { small: "h-7 px-2.5 text-xs", medium: "h-8 px-3 text-sm", large: "h-10 px-4 text-md" };

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & { tone?: ButtonTone; size?: keyof typeof SIZES; isBusy?: boolean };

export function Button({ tone = "plain", size = "medium", isBusy = false, disabled = false, className = "", children, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} disabled={disabled || isBusy} aria-busy={isBusy || undefined} className={`${SHARED} ${TONES[tone]} ${SIZES[size]} ${className}`}>
      {children}
    </button>
  );
}

type IconButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & { label: string; children: ReactNode };

/** A square button with an icon only; the label is its name and its tooltip. */
export function IconButton({ label, className = "", children, ...rest }: IconButtonProps) {
  return (
    <button type="button" aria-label={label} title={label} {...rest} className={`inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-ink-soft transition-colors hover:bg-sunken hover:text-ink disabled:opacity-50 ${className}`}>
      {children}
    </button>
  );
}
