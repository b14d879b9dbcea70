import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Agent, type RequestOptions, request } from "node:https";
import { buffer } from "node:stream/consumers";
import { KubeConfig } from "@kubernetes/client-node";
import type { Ending } from "../harness/namespace.ts";

/** A request to the cluster's API, as it came by. */
interface Passing {
  readonly method: string;
  readonly path: string;
  /** What a write does, by kind: `apply deployments`, `status apis`, `create events`. Undefined for what only reads. */
  readonly write: string | undefined;
  /** In which form the answer is wanted. */
  readonly accept: string;
}

/** What becomes of a request: it goes on, or is answered in the cluster's place. */
type Fate =
  | { readonly kind: "passes" }
  /** The connection breaks: before the cluster has it, or after it has done it. */
  | { readonly kind: "breaks"; readonly when: "before" | "after" }
  | { readonly kind: "answered"; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: unknown };

/** The cluster's API with somebody in between, who counts, and makes the faults that the cluster cannot be made to show at a chosen place. */
export interface ApiProxy {
  readonly url: string;
  /** All that came by. */
  readonly passed: readonly Passing[];
  /** Says what becomes of each request from now on. */
  decide(fate: (passing: Passing) => Fate): void;
  /** Breaks all connections that there are, watches too. */
  cut(): void;
}

const passes: Fate = { kind: "passes" };

/** Listens on loopback, over plain HTTP. It asks the cluster as KUBECONFIG says who we are, but for who says himself who he is. */
export async function startApiProxy(t: Ending): Promise<ApiProxy> {
  const config = new KubeConfig();
  config.loadFromDefault();
  const known: RequestOptions = {};
  await config.applyToHTTPSOptions(known);
  const { ca, cert, key } = known;
  const ours = new Agent({ keepAlive: true, ca, cert, key });
  const nobodys = new Agent({ keepAlive: true, ca });
  const server = config.getCurrentCluster()?.server ?? "";
  const passed: Passing[] = [];
  let fateOf: (passing: Passing) => Fate = () => passes;

  const forward = async (from: IncomingMessage, to: ServerResponse, breaks: boolean): Promise<void> => {
    const body = await buffer(from);
    const { host: _, connection: __, ...headers } = from.headers;
    const agent = headers.authorization === undefined ? ours : nobodys;
    const asked = request(`${server}${from.url ?? ""}`, { method: from.method, headers, agent });
    to.on("close", () => asked.destroy());
    asked.on("error", () => to.destroy());
    asked.on("response", (answer) => {
      // What is answered has been done.
      if (breaks) to.destroy();
      else answer.on("error", () => to.destroy()).pipe(to.writeHead(answer.statusCode ?? 500, answer.headers));
    });
    asked.end(body);
  };

  const proxy = createServer((from, to) => {
    const passing = passingOf(from);
    passed.push(passing);
    const fate = fateOf(passing);
    if (fate.kind === "answered") {
      from.resume();
      to.writeHead(fate.status, { "content-type": "application/json", ...fate.headers }).end(JSON.stringify(fate.body));
    } else if (fate.kind === "breaks" && fate.when === "before") to.destroy();
    else void forward(from, to, fate.kind === "breaks");
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  t.after(async () => {
    proxy.closeAllConnections();
    proxy.close();
    for (const agent of [ours, nobodys]) agent.destroy();
  });
  const address = proxy.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    passed,
    decide: (fate) => {
      fateOf = fate;
    },
    cut: () => proxy.closeAllConnections(),
  };
}

/** `/apis/apps/v1/namespaces/a/deployments/b/status`: the resource, and what of it. */
const resourcePath = /^\/(?:api|apis\/[^/]+)\/[^/]+\/(?:namespaces\/[^/]+\/)?(?<plural>[a-z]+)(?:\/[^/?]+(?:\/(?<part>[a-z]+))?)?/;

function passingOf({ method = "GET", url: path = "/", headers: { accept = "" } }: IncomingMessage): Passing {
  const { plural = "", part } = resourcePath.exec(path)?.groups ?? {};
  const verbs: Readonly<Record<string, string>> = { PATCH: "apply", POST: "create", PUT: "replace", DELETE: "remove" };
  const verb = verbs[method];
  return { method, path, write: verb === undefined ? undefined : `${part ?? verb} ${plural}`, accept };
}
