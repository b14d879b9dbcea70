import { ApiException } from "@kubernetes/client-node";

/** What a cluster answers; undefined where it says that there is no such object. Another one of the same name is not the one that was meant: that one is gone (409 for a uid). */
export async function unlessGone<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (thrown) {
    if (thrown instanceof ApiException && thrown.code === 404) return undefined;
    throw thrown;
  }
}
