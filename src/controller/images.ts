import type { Problem } from "../problem.ts";

/** What is known of the image that an API needs. */
export type ImageState =
  | { readonly kind: "building" }
  /** With its digest. */
  | { readonly kind: "there"; readonly reference: string; readonly made: boolean }
  | { readonly kind: "failed"; readonly problems: readonly Problem[] };

type Ended = Exclude<ImageState, { kind: "building" }>;

/** The images that APIs wait for: each is looked for, or built, beside the work on objects. */
export interface Images {
  /** The state of the image that an API needs for an ask; the first call for it begins. */
  ensure(api: string, ask: string, provide: (signal: AbortSignal) => Promise<Ended>): ImageState;
  /** Ends what runs for an API that is gone. */
  forget(api: string): void;
}

interface Entry {
  readonly ask: string;
  readonly ended: AbortController;
  state: ImageState;
}

/** `changed` is called with the API when its image's state is another one; a state that failed is tried again at the call after that. */
export function makeImages(changed: (api: string, state: Ended) => void): Images {
  const entries = new Map<string, Entry>();
  return {
    ensure: (api, ask, provide) => {
      const known = entries.get(api);
      if (known?.ask === ask) {
        const { state } = known;
        // Told once; the next time it is asked for, it is tried anew.
        if (state.kind === "failed") entries.delete(api);
        return state;
      }
      known?.ended.abort();
      const ended = new AbortController();
      const entry: Entry = { ask, ended, state: { kind: "building" } };
      entries.set(api, entry);
      void provide(ended.signal).then((state) => {
        entry.state = state;
        if (entries.get(api) === entry) changed(api, state);
      });
      return entry.state;
    },
    forget: (api) => {
      entries.get(api)?.ended.abort();
      entries.delete(api);
    },
  };
}
