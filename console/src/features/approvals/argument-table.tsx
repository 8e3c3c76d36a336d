import type { ApprovalView } from "../../../../src/shapes/approval.ts";
import { sayValue } from "./approval-words.ts";

/** Every argument of the call by name and value; one that a person has changed stands under what it was. */
export function ArgumentTable({ approval }: { approval: Pick<ApprovalView, "arguments"> }) {
  if (approval.arguments.length === 0) return <p className="text-xs text-ink-faint">The call takes no arguments.</p>;
  return (
    <table className="w-full text-left text-xs">
      <caption className="mb-1 text-left text-2xs font-medium text-ink-faint">Exactly these arguments</caption>
      <tbody>
        {approval.arguments.map((each) => (
          <tr key={each.name} className="align-top">
            <th scope="row" title={each.name} className="w-1/3 py-0.5 pr-4 font-normal text-ink-faint">{each.words}</th>
            <td className="py-0.5 break-words text-ink-soft">
              {each.isChanged && <del className="mr-2 bg-bad-soft px-1 text-bad"><span className="sr-only">before: </span>{sayValue(each.before)}</del>}
              {each.isChanged ? <ins className="bg-good-soft px-1 text-good no-underline"><span className="sr-only">now: </span>{sayValue(each.value)}</ins> : sayValue(each.value)}
              {each.isSetByServer && <span className="ml-2 text-2xs text-ink-faint">set by Baton from the customer's sign-in</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
