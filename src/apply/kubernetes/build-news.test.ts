import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { until } from "../../../testing/until.ts";
import { buildNews } from "./build-news.ts";
import type { Transport } from "./transport.ts";

/** A cluster whose watches are open until they are told something, or fail. */
function cluster() {
  const asked: string[] = [];
  let tell: (line: string | Error) => void = () => {};
  const transport: Transport = {
    server: "http://cluster.test",
    json: () => assert.fail("not asked for"),
    async *lines({ path }, signal) {
      asked.push(path);
      const isPods = path.includes("/pods?");
      while (!signal.aborted) {
        const line = await new Promise<string | Error>((resolve) => {
          if (isPods) tell = resolve;
          signal.addEventListener("abort", () => resolve(new Error("aborted")));
        });
        if (line instanceof Error) throw line;
        yield line;
      }
    },
    close: () => {},
  };
  return { asked, transport, tell: (line: string | Error) => tell(line) };
}

describe("what is new of a build", { timeout: 10_000 }, () => {
  it("is asked for at once, and then when its Job or pod changes, or can no longer be watched", async () => {
    const { asked, transport, tell } = cluster();
    const news = buildNews(transport, "builds", "pets", new AbortController().signal);
    assert.deepEqual(asked, [
      "/apis/batch/v1/namespaces/builds/jobs?watch=true&allowWatchBookmarks=true&fieldSelector=metadata.name%3Dpets",
      "/api/v1/namespaces/builds/pods?watch=true&allowWatchBookmarks=true&labelSelector=portico.dev%2Fbuild%3Dpets",
    ]);
    await news.next();
    let isTold = false;
    const later = news.next().then(() => {
      isTold = true;
    });
    await new Promise(setImmediate);
    assert.equal(isTold, false, "nothing is new");
    tell("{}");
    await later;
    const again = news.next();
    tell(new Error("the connection broke"));
    await again;
    await until("it is watched anew", async () => asked.length === 3);
    news.close();
  });

  it("is nothing more once nobody waits for it", async () => {
    const { transport } = cluster();
    const controller = new AbortController();
    const news = buildNews(transport, "builds", "pets", controller.signal);
    await news.next();
    const later = news.next();
    controller.abort();
    await later;
    await news.next();
    await news.next();
  });
});
