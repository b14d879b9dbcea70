import { createServer, type Server } from "node:http";
import { operatorMonitoringPort } from "../workloads/operator.ts";

/** What is asked of an operator by those who run it. */
interface Answers {
  /** Whether it knows the cluster, or waits for its turn to lead. */
  readonly ready: () => boolean;
  readonly metrics: () => Promise<string>;
}

/** Answers /healthz, /readyz and /metrics, and nothing else. */
export function serveMonitoring({ ready, metrics }: Answers, port = operatorMonitoringPort): Server {
  const server = createServer(async ({ url, method }, response) => {
    const say = (status: number, text: string, type = "text/plain; charset=utf-8"): void => {
      response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(text);
    };
    if (method !== "GET") return say(405, "Only GET.\n");
    switch (url?.split("?")[0]) {
      case "/healthz":
        return say(200, "ok\n");
      case "/readyz":
        return ready() ? say(200, "ok\n") : say(503, "It does not know the cluster yet.\n");
      case "/metrics":
        return say(200, await metrics(), "text/plain; version=0.0.4; charset=utf-8");
      default:
        return say(404, "There are /healthz, /readyz and /metrics.\n");
    }
  });
  server.listen(port);
  return server;
}
