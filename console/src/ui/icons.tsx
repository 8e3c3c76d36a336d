import type { ReactNode } from "react";

type IconProps = { className?: string };

function Icon({ className = "size-4", children }: IconProps & { children: ReactNode }) {
  return (
    <svg viewBox="0 0 16 16" className={`shrink-0 ${className}`} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export function LogoIcon({ className = "size-7" }: IconProps) {
  return (
    <svg viewBox="0 0 32 32" className={`shrink-0 ${className}`} aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path d="M9.5 22.5 22.5 9.5" stroke="#fff" strokeWidth="6" strokeLinecap="round" />
      <path d="m13.4 14.4 4.2 4.2" className="stroke-accent" strokeWidth="2" />
    </svg>
  );
}

export function ConversationsIcon(props: IconProps) {
  return <Icon {...props}><path d="M2.2 8.2a5 5 0 0 1 5-5h1.6a5 5 0 0 1 0 10H3.4l.7-1.9a5 5 0 0 1-1.9-3.1Z" /><path d="M5.7 7h4.6M5.7 9.4h2.8" /></Icon>;
}

export function HandoffIcon(props: IconProps) {
  return <Icon {...props}><circle cx="5.2" cy="4.6" r="2.1" /><path d="M1.6 13.2c0-2.3 1.5-3.9 3.6-3.9 1 0 1.8.3 2.4.9M9.3 11.6h5m0 0-1.9-1.9m1.9 1.9-1.9 1.9" /></Icon>;
}

export function LedgerIcon(props: IconProps) {
  return <Icon {...props}><rect x="2" y="5.6" width="5.4" height="4.8" rx="2.2" /><rect x="8.6" y="5.6" width="5.4" height="4.8" rx="2.2" /><path d="M5.6 8h4.8" /></Icon>;
}

export function ToolIcon(props: IconProps) {
  return <Icon {...props}><path d="M9.8 2.6a3.4 3.4 0 0 0-3.3 4.6L2.4 11.3a1.6 1.6 0 0 0 2.3 2.3l4.1-4.1a3.4 3.4 0 0 0 4.3-4.3l-2 2-1.9-.4-.4-1.9 2-2a3.4 3.4 0 0 0-1-.3Z" /></Icon>;
}

export function PolicyIcon(props: IconProps) {
  return <Icon {...props}><path d="M5 1.8v12.4M11 1.8v12.4M5 4.6h6M5 8h6M5 11.4h6" /></Icon>;
}

export function SearchIcon(props: IconProps) {
  return <Icon {...props}><circle cx="7" cy="7" r="4.3" /><path d="m10.4 10.4 3.1 3.1" /></Icon>;
}

export function CloseIcon(props: IconProps) {
  return <Icon {...props}><path d="m4 4 8 8M12 4l-8 8" /></Icon>;
}

export function BackIcon(props: IconProps) {
  return <Icon {...props}><path d="M13 8H3.4m0 0 4-4m-4 4 4 4" /></Icon>;
}

export function ChevronIcon(props: IconProps) {
  return <Icon {...props}><path d="m6 3.8 4.2 4.2L6 12.2" /></Icon>;
}

export function CheckIcon(props: IconProps) {
  return <Icon {...props}><path d="m3 8.4 3.2 3.2L13 4.8" /></Icon>;
}

export function SparkIcon(props: IconProps) {
  return <Icon {...props}><path d="M8 1.8 9.5 6.5 14.2 8 9.5 9.5 8 14.2 6.5 9.5 1.8 8l4.7-1.5Z" /></Icon>;
}

export function PersonIcon(props: IconProps) {
  return <Icon {...props}><circle cx="8" cy="5.2" r="2.6" /><path d="M3 13.6c.3-2.6 2.3-4.1 5-4.1s4.7 1.5 5 4.1" /></Icon>;
}

export function ClockIcon(props: IconProps) {
  return <Icon {...props}><circle cx="8" cy="8" r="5.8" /><path d="M8 4.8V8l2.2 1.6" /></Icon>;
}

export function VerifiedIcon(props: IconProps) {
  return <Icon {...props}><path d="M8 1.7 13 3.5v4c0 3.1-2 5.6-5 6.8-3-1.2-5-3.7-5-6.8v-4Z" /><path d="m5.8 7.9 1.6 1.6 2.9-3" /></Icon>;
}

export function SendIcon(props: IconProps) {
  return <Icon {...props}><path d="M8 13.2V3m0 0L3.8 7.2M8 3l4.2 4.2" /></Icon>;
}

export function RetryIcon(props: IconProps) {
  return <Icon {...props}><path d="M13 8a5 5 0 1 1-1.6-3.7L13 5.8M13 2.6v3.2H9.8" /></Icon>;
}

export function MoreIcon(props: IconProps) {
  return <Icon {...props}><path d="M3.2 8h.01M8 8h.01M12.8 8h.01" strokeWidth="2.4" /></Icon>;
}

export function PanelIcon(props: IconProps) {
  return <Icon {...props}><rect x="1.8" y="2.8" width="12.4" height="10.4" rx="2" /><path d="M10 2.8v10.4" /></Icon>;
}

export function ArticleIcon(props: IconProps) {
  return <Icon {...props}><path d="M3.4 2.2h6l3.2 3.2v8.4H3.4Z" /><path d="M9.2 2.4v3.2h3.2M5.6 8.4h4.8M5.6 10.9h3.4" /></Icon>;
}

export function DownIcon(props: IconProps) {
  return <Icon {...props}><path d="M8 2.8V13m0 0 4.2-4.2M8 13 3.8 8.8" /></Icon>;
}

export function PlusIcon(props: IconProps) {
  return <Icon {...props}><path d="M8 3.5v9M3.5 8h9" /></Icon>;
}

export function MinusIcon(props: IconProps) {
  return <Icon {...props}><path d="M3.5 8h9" /></Icon>;
}

export function FitIcon(props: IconProps) {
  return <Icon {...props}><path d="M2.8 6V2.8H6M10 2.8h3.2V6M13.2 10v3.2H10M6 13.2H2.8V10" /></Icon>;
}

export function PlayIcon(props: IconProps) {
  return <Icon {...props}><path d="M5 3.5v9l7-4.5Z" /></Icon>;
}

export function PauseIcon(props: IconProps) {
  return <Icon {...props}><path d="M5.5 3.5v9M10.5 3.5v9" /></Icon>;
}

export function WorkflowIcon(props: IconProps) {
  return <Icon {...props}><rect x="5.6" y="1.8" width="4.8" height="3.6" rx="1" /><rect x="1.8" y="10.6" width="4.8" height="3.6" rx="1" /><rect x="9.4" y="10.6" width="4.8" height="3.6" rx="1" /><path d="M8 5.4V8M4.2 10.6V8h7.6v2.6" /></Icon>;
}

export function CostIcon(props: IconProps) {
  return <Icon {...props}><path d="M2.4 13.4h11.2M4.2 13.2V9.6M8 13.2V5.4m3.8 7.8V2.6" /></Icon>;
}

export function KnowledgeIcon(props: IconProps) {
  return <Icon {...props}><path d="M8 4.2C6.6 3.1 4.7 2.7 2 2.8v9.4c2.7-.1 4.6.3 6 1.4 1.4-1.1 3.3-1.5 6-1.4V2.8c-2.7-.1-4.6.3-6 1.4Z" /><path d="M8 4.2v9.4" /></Icon>;
}

export function UploadIcon(props: IconProps) {
  return <Icon {...props}><path d="M8 10.4V2.8m0 0L5 5.8m3-3 3 3M2.8 10.4v2.8h10.4v-2.8" /></Icon>;
}
