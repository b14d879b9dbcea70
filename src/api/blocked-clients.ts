import { isObject } from "../text/node.ts";
import { blockedClient } from "./security.ts";

/** Whom the spec of a Security blocks that is malformed, as far as that can be read; undefined where nothing of it can. */
export function blockedIn(spec: unknown): readonly string[] | undefined {
  const list = isObject(spec) ? spec.blockedClients : undefined;
  if (!Array.isArray(list)) return undefined;
  return list.flatMap((one) => {
    const client = blockedClient.safeParse(one);
    return client.success ? [client.data] : [];
  });
}
