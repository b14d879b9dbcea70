import type { Checked } from "../../problem.ts";
import type { Redacted } from "../../redacted.ts";

/** Where keys are kept, by their clients. */
export interface KeyStore {
  /** For people: `the Secret shop/partners`. */
  readonly name: string;
  /** Undefined where there is no Secret yet. */
  read(): Promise<Checked<KeptKeys | undefined>>;
  /** Gives a client a key, with what its entry says beside it, or takes it away (undefined). Fails where somebody changed the Secret since it was read. */
  write(read: KeptKeys | undefined, client: string, key: Redacted | undefined): Promise<Checked<void>>;
}

export interface KeptKeys {
  readonly clients: readonly string[];
  /** What tells whether it has changed since. */
  readonly version: string;
}
