import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { BreakingChange } from "../model/breaking/breaking.ts";
import { error, type Problem, wholeFile } from "../problem.ts";
import { isObject } from "../text/node.ts";
import { servedInput } from "./compiled-gateways.ts";
import type { Saying } from "./conditions.ts";
import type { Update } from "./updates.ts";
import type { World } from "./world.ts";

/** What is known of an update: what is said of it, and what keeps it from being served. */
export interface Judgement {
  /** Undefined where nothing is known. */
  readonly saying: Saying | undefined;
  readonly problems: readonly Problem[];
}

/** Whether an update breaks clients of what serves, and whether that is let happen. */
export async function judged(world: Pick<World, "updates">, update: Update): Promise<Judgement> {
  const { api, spec, summary } = update;
  const served = servedInput(api);
  if (served === undefined || served === summary.inputHash) return { saying: saidBefore(api), problems: [] };
  const broken = await world.updates.brokenBy(update);
  const refuses = spec.breakingChanges === "refuse";
  // Without knowing what it breaks nobody can keep it from that.
  if (!broken.ok) return { saying: undefined, problems: refuses ? broken.problems : [] };
  if (broken.value === undefined) return { saying: undefined, problems: [] };
  const saying = sayingOf(summary.inputHash, broken.value);
  return { saying, problems: refuses && broken.value.length > 0 ? [refused(api, broken.value)] : [] };
}

/** What was said of the update that serves now: it holds until the next one. */
export function saidBefore(api: StoredObject): Saying | undefined {
  const { status } = api.value;
  const conditions = isObject(status) && Array.isArray(status.conditions) ? status.conditions.filter(isObject) : [];
  const message = conditions.find(({ type }) => type === "Breaking")?.message;
  const served = servedInput(api);
  if (typeof message !== "string" || served === undefined || !message.startsWith(begin(served))) return undefined;
  return conditions.some(({ type, status: is }) => type === "Breaking" && is === "True")
    ? { type: "Breaking", status: "True", reason: "BreakingChange", message }
    : { type: "Breaking", status: "False", reason: "Compatible", message };
}

/** By which input a message is known again. */
const begin = (inputHash: string): string => `The input ${inputHash.slice(0, 12)} `;

const sayingOf = (inputHash: string, broken: readonly BreakingChange[]): Saying =>
  broken.length === 0
    ? { type: "Breaking", status: "False", reason: "Compatible", message: `${begin(inputHash)}breaks nothing that clients could rely on.` }
    : {
        type: "Breaking",
        status: "True",
        reason: "BreakingChange",
        message: `${begin(inputHash)}breaks clients of what served before. ${listed(broken)}`,
      };

const refused = ({ metadata }: StoredObject, broken: readonly BreakingChange[]): Problem =>
  error(
    "BreakingChange",
    wholeFile(`API/${metadata.name}`),
    `It breaks clients, and \`breakingChanges: refuse\` keeps it from that: what served before goes on. ${listed(broken)} Take that back, or let it happen with \`breakingChanges: allow\`.`,
  );

/** So many are said in a condition. */
const most = 5;

function listed(broken: readonly BreakingChange[]): string {
  const said = broken.slice(0, most).map(({ operation, message }) => `${operation}: ${message}`);
  const left = broken.length - said.length;
  return [...said, ...(left > 0 ? [`And ${left} more.`] : [])].join(" ").slice(0, 800);
}
