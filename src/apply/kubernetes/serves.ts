import { setTimeout as wait } from "node:timers/promises";
import { ApiException } from "@kubernetes/client-node";
import { type ApiResource, pathOf } from "./kinds.ts";
import type { Transport } from "./transport.ts";

/** Whether a cluster knows a kind. That it does not is its own word: while it does not answer, it is asked again, until the signal. */
export async function serves(
  transport: Transport,
  resource: ApiResource,
  failed: (thrown: unknown) => void,
  signal: AbortSignal,
): Promise<boolean> {
  for (let failures = 0; ; failures++) {
    try {
      await transport.json({ method: "GET", path: `${pathOf(resource)}?limit=1` });
      return true;
    } catch (thrown) {
      if (signal.aborted || (thrown instanceof ApiException && thrown.code === 404)) return false;
      failed(thrown);
      await wait(Math.min(30_000, 500 * 2 ** failures), undefined, { signal }).catch(() => {});
    }
  }
}
