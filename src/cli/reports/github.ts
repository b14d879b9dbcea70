import type { Problem } from "../../problem.ts";
import { printable } from "../printable.ts";
import { inReadingOrder } from "./reading-order.ts";
import { reasonPage } from "./reason-page.ts";
import type { CheckResult } from "./result.ts";

/** Problems as annotations of a GitHub workflow (GitHub: "Workflow commands for GitHub Actions"): a line each. */
export const githubReport = ({ problems }: CheckResult): string => inReadingOrder(problems).map(annotation).join("");

function annotation({ severity, reason, message, where }: Problem): string {
  const place = { file: where.source, ...(where.line === 0 ? {} : { line: where.line, col: where.column }), title: reason };
  const properties = Object.entries(place).map(([name, value]) => `${name}=${escapedProperty(String(value))}`);
  const pointer = where.pointer === "" ? "" : `At ${where.pointer}: `;
  return `::${severity} ${properties.join(",")}::${escaped(`${pointer}${message} See ${reasonPage(reason)}.`)}\n`;
}

const escaped = (text: string): string => printable(text).replaceAll("%", "%25");
const escapedProperty = (text: string): string => escaped(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
