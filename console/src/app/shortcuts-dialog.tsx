import { Sheet } from "../ui/sheet.tsx";

const SHORTCUTS: { keys: string[]; effect: string }[] = [
  { keys: ["j", "k"], effect: "Next or previous row of a list" },
  { keys: ["↓", "↑"], effect: "The same, once a row has the focus" },
  { keys: ["Enter"], effect: "Open the row" },
  { keys: ["/"], effect: "Search" },
  { keys: ["t"], effect: "Take over the open conversation" },
  { keys: ["h"], effect: "Hand it back to the AI" },
  { keys: ["r"], effect: "Write a reply" },
  { keys: ["a", "e", "x"], effect: "Send, change or reject the AI's draft" },
  { keys: ["a", "d"], effect: "To Approve or Decline of the chosen approval" },
  { keys: ["?"], effect: "This list" },
];

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Sheet title="Keyboard shortcuts" place="middle" onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-5 gap-y-2.5 px-5 py-4">
        {SHORTCUTS.map((shortcut) => (
          <div key={shortcut.effect} className="contents">
            <dt className="flex gap-1">
              {shortcut.keys.map((key) => <kbd key={key} className="inline-flex h-6 min-w-6 items-center justify-center rounded-md border border-line bg-sunken px-1.5 font-mono text-xs">{key}</kbd>)}
            </dt>
            <dd className="text-ink-soft">{shortcut.effect}</dd>
          </div>
        ))}
      </dl>
    </Sheet>
  );
}
