import type { MadeWith } from "../image/reuse.ts";
import { error, type Problem, wholeFile } from "../problem.ts";
import { makeTurns } from "./turns.ts";

/** What is known of the image that an API needs. */
export type ImageState =
  /** By a pod, and why that does not begin, where something holds it up. */
  | ({ readonly kind: "building" } & Building)
  /** With its digest. */
  | { readonly kind: "there"; readonly reference: string; readonly madeWith: MadeWith }
  | { readonly kind: "failed"; readonly problems: readonly Problem[] };

/** How far a build is: why it does not begin, or the pod that makes it (`namespace/name`). */
interface Building {
  readonly why?: string | undefined;
  readonly pod?: string | undefined;
}

type Ended = Exclude<ImageState, { kind: "building" }>;

/** Looks for an image, or builds it, and says meanwhile how far that is. */
type Provide = (signal: AbortSignal, now: (building: Building) => void) => Promise<Ended>;

/** The images that APIs wait for: each is looked for, or built, beside the work on objects. */
export interface Images {
  /** The state of the image that an API needs for an ask; the first call for it begins. */
  ensure(api: string, ask: string, provide: Provide): ImageState;
  /** Ends what runs for an API that is gone. */
  forget(api: string): void;
  /** Ends all that runs: nobody waits for it any more. Resolves when it has ended. */
  stop(): Promise<void>;
}

/** So many images are looked for, or built, at a time: each takes memory here, and a pod or a registry's time. */
const mostAtATime = 8;

interface Entry {
  readonly ask: string;
  readonly ended: AbortController;
  /** How it ended last; undefined while it runs for the first time. */
  state: Ended | undefined;
  building: Building;
  /** Whether it runs, and if not, whether somebody has been told how it ended. */
  stage: "runs" | "ended" | "told";
}

/**
 * `changed` is called with the API when it is known how its image's ask ended, or how far it is. One that failed is begun anew by who asks again after having been
 * told; until that ends, it is still the failure that is known. `unexpected` is called with what was thrown: that is a failure like any other.
 */
export function makeImages(changed: (api: string) => void, unexpected: (api: string, thrown: unknown) => void): Images {
  const entries = new Map<string, Entry>();
  /** The last of what runs for each: what it takes the place of may be writing its last, and the same tag is not for two. */
  const running = new Map<string, Promise<void>>();
  const turns = makeTurns(mostAtATime);
  const begin = (api: string, entry: Entry, provide: Provide): void => {
    entry.stage = "runs";
    entry.building = {};
    const now = (building: Building): void => {
      entry.building = building;
      if (entries.get(api) === entry && entry.stage === "runs") changed(api);
    };
    const end = (state: Ended): void => {
      entry.state = state;
      entry.stage = "ended";
      if (entries.get(api) === entry) changed(api);
    };
    const { signal } = entry.ended;
    const work = (): Promise<Ended> =>
      turns.inTurn<Ended>(
        async () => {
          entry.building = {};
          return signal.aborted ? { kind: "failed", problems: [nobodyWaits(api)] } : provide(signal, now);
        },
        () => {
          entry.building = { why: `It waits for its turn: ${mostAtATime} others are looked for, or built.` };
        },
      );
    const before = running.get(api);
    const provided = before === undefined ? work() : before.then(work);
    const run = provided.then(end, (thrown: unknown) => {
      unexpected(api, thrown);
      end({ kind: "failed", problems: [nobodyThoughtOf(api)] });
    });
    running.set(api, run);
    void run.then(() => {
      if (running.get(api) === run) running.delete(api);
    });
  };
  return {
    ensure: (api, ask, provide) => {
      const known = entries.get(api);
      if (known?.ask === ask) {
        if (known.state?.kind === "failed" && known.stage === "told") begin(api, known, provide);
        else if (known.stage === "ended") known.stage = "told";
        return known.state ?? { kind: "building", ...known.building };
      }
      known?.ended.abort();
      const entry: Entry = { ask, ended: new AbortController(), state: undefined, building: {}, stage: "runs" };
      entries.set(api, entry);
      begin(api, entry, provide);
      return { kind: "building" };
    },
    forget: (api) => {
      entries.get(api)?.ended.abort();
      entries.delete(api);
    },
    stop: async () => {
      for (const { ended } of entries.values()) ended.abort();
      entries.clear();
      await Promise.all(running.values());
    },
  };
}

const nobodyWaits = (api: string): Problem => error("BuildFailed", wholeFile(`API/${api}`), "Nobody waits for this image any more.");

const nobodyThoughtOf = (api: string): Problem =>
  error(
    "BuildFailed",
    wholeFile(`API/${api}`),
    "It ended in a way that nobody thought of. The operator's log has what happened; please report it.",
  );
