import type { Problem } from "../problem.ts";
import type { Reason } from "../reason.ts";
import { messageOf } from "./messages.ts";
import type { Rollout } from "./rollout.ts";

/** How far an API, or another object, has got on its way to serve. */
export type Progress =
  /** It, or its document, is not what it should be. */
  | { readonly at: "refused"; readonly problems: readonly Problem[] }
  /** Something that it refers to is not there. */
  | { readonly at: "unresolved"; readonly problems: readonly Problem[] }
  /** And why that does not begin, where something holds it up. */
  | { readonly at: "building"; readonly why?: string | undefined }
  | { readonly at: "unbuilt"; readonly problems: readonly Problem[] }
  | { readonly at: "unapplied"; readonly problems: readonly Problem[] }
  /** And in what its image was made with other things than are here now, and what it refers to that is missing or wrong, and held up nothing. */
  | { readonly at: "applied"; readonly rollout: Rollout; readonly older?: string | undefined; readonly unresolved?: readonly Problem[] };

/** What a condition says (Kubernetes: metav1.Condition), but for when. */
export interface Saying {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason:
    | Reason
    | "Accepted"
    | "Resolved"
    | "Built"
    | "Building"
    | "Applied"
    | "Ready"
    | "Progressing"
    | "Waiting"
    | "Current"
    | "MadeWithOlder"
    | "Compatible"
    | "RolloutFailed";
  readonly message: string;
}

const steps = ["Accepted", "ResolvedRefs", "ImageReady", "Programmed"] as const;
type Step = (typeof steps)[number];

const fine: Readonly<Record<Step, Saying>> = {
  Accepted: { type: "Accepted", status: "True", reason: "Accepted", message: "The API and its documents are in order." },
  ResolvedRefs: { type: "ResolvedRefs", status: "True", reason: "Resolved", message: "All that it refers to is there." },
  ImageReady: { type: "ImageReady", status: "True", reason: "Built", message: "The image is in the registry." },
  Programmed: { type: "Programmed", status: "True", reason: "Applied", message: "The gateway's objects are in the cluster." },
};

/** The conditions of an API: what was got through holds, what it stands at says why, and what comes after that is unknown. */
export function conditionsOf(progress: Progress): readonly Saying[] {
  const stuck = standing(progress);
  const place = stuck === undefined ? steps.length : steps.indexOf(stuck.type);
  const lacking = lackOf(progress);
  const passed = steps.slice(0, place).map((step) => (step === lacking?.type ? lacking : fine[step]));
  const ahead = steps
    .slice(place + 1)
    .map((step): Saying => ({ type: step, status: "Unknown", reason: "Waiting", message: `Waits for ${stuck?.type ?? ""}.` }));
  const ready = readiness(progress, stuck ?? lacking);
  return [...passed, ...(stuck === undefined ? [] : [stuck]), ...ahead, ...age(progress), ...stalled(progress, ready), ready];
}

/** What is said of a gateway that serves without something that it refers to. */
function lackOf(progress: Progress): (Saying & { readonly type: Step }) | undefined {
  if (progress.at !== "applied" || progress.unresolved === undefined || progress.unresolved.length === 0) return undefined;
  return broken("ResolvedRefs", progress.unresolved);
}

/**
 * What does not pass by itself: somebody has to change something. Said only while it is so, as kstatus reads it (sigs.k8s.io/cli-utils, "The Stalled condition"): whoever waits, Flux say,
 * waits no longer.
 */
function stalled(progress: Progress, { reason, message }: Saying): readonly Saying[] {
  return isStalled(progress) ? [{ type: "Stalled", status: "True", reason, message }] : [];
}

function isStalled(progress: Progress): boolean {
  switch (progress.at) {
    case "refused":
      return true;
    case "unbuilt":
      return progress.problems.some(({ reason }) => lasting.has(reason));
    case "applied":
      return progress.rollout.kind === "failed";
    default:
      return false;
  }
}

/** What is wrong with an image, or its name, and stays so. */
const lasting: ReadonlySet<Reason> = new Set(["TagConflict", "ForeignImage", "BadImage", "BadImageName"]);

/** Whether the image that serves was made with other things than are here now: it serves on all the same. */
function age(progress: Progress): readonly Saying[] {
  if (progress.at !== "applied") return [];
  const { older } = progress;
  if (older === undefined)
    return [{ type: "Outdated", status: "False", reason: "Current", message: "The image is as one that is made now." }];
  const advice = "Ask for a new one with `kubectl update api`, or let `rebuild: always` do it.";
  return [{ type: "Outdated", status: "True", reason: "MadeWithOlder", message: `${older} ${advice}` }];
}

/** The condition that an API cannot get past. */
function standing(progress: Progress): (Saying & { readonly type: Step }) | undefined {
  switch (progress.at) {
    case "refused":
      return broken("Accepted", progress.problems);
    case "unresolved":
      return broken("ResolvedRefs", progress.problems);
    case "building":
      return { type: "ImageReady", status: "False", reason: "Building", message: progress.why ?? "The image is being built." };
    case "unbuilt":
      return broken("ImageReady", progress.problems);
    case "unapplied":
      return broken("Programmed", progress.problems);
    case "applied":
      return undefined;
  }
}

const broken = (type: Step, problems: readonly Problem[]): Saying & { readonly type: Step } => ({
  type,
  status: "False",
  reason: problems.find(({ severity }) => severity === "error")?.reason ?? "WrongValue",
  message: messageOf(problems),
});

function readiness(progress: Progress, stuck: Saying | undefined): Saying {
  if (progress.at === "applied" && stuck === undefined) return { type: "Ready", ...rolledOut(progress.rollout) };
  return { type: "Ready", status: "False", reason: stuck?.reason ?? "Waiting", message: stuck?.message ?? "" };
}

function rolledOut(rollout: Rollout): Omit<Saying, "type"> {
  switch (rollout.kind) {
    case "complete":
      return { status: "True", reason: "Ready", message: `${rollout.pods === 1 ? "One pod serves" : `${rollout.pods} pods serve`}.` };
    case "progressing":
      return { status: "False", reason: "Progressing", message: rollout.message };
    case "failed":
      return { status: "False", reason: "RolloutFailed", message: rollout.message };
  }
}

/** The conditions of a TargetEndpoint. */
export function endpointConditions(progress: Progress): readonly Saying[] {
  const stuck = standing(progress);
  const accepted: Saying = { type: "Accepted", status: "True", reason: "Accepted", message: "It is in order." };
  const ready = endpointReadiness(progress, stuck);
  return [stuck?.type === "Accepted" ? stuck : accepted, ...stalled(progress, ready), ready];
}

function endpointReadiness(progress: Progress, stuck: Saying | undefined): Saying {
  // One that names urls has no pods of its own.
  if (progress.at === "applied" && progress.rollout.kind === "complete" && progress.rollout.pods === 0)
    return { type: "Ready", status: "True", reason: "Ready", message: "Requests are sent to its url." };
  return readiness(progress, stuck);
}

/** The conditions of a policy. */
export function policyConditions(problems: readonly Problem[]): readonly Saying[] {
  if (problems.length === 0) return [{ type: "Accepted", status: "True", reason: "Accepted", message: "It is in order." }];
  const refused = broken("Accepted", problems);
  return [...stalled({ at: "refused", problems }, refused), refused];
}
