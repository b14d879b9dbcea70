import { type IncomingMessage, request as plainRequest } from "node:http";
import { type RequestOptions, request as tlsRequest } from "node:https";
import { text } from "node:stream/consumers";
import { ApiException, type KubeConfig } from "@kubernetes/client-node";

interface LogOf {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

interface HowMuch {
  /** Whether what comes is wanted too, to the container's end. */
  readonly follow: boolean;
  /** How many of the last lines it begins with; undefined for all. */
  readonly tail?: number | undefined;
}

/**
 * Hands on what a container wrote (Kubernetes API: "Read Log"), and where it is followed what it writes: to its end, to the signal, or until the
 * connection breaks; the caller asks whether there is more to wait for. Rejects where there is no log. The client's own reader does not notice a break.
 */
export async function followLog(
  config: KubeConfig,
  { namespace, pod, container }: LogOf,
  { follow, tail }: HowMuch,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const server = config.getCurrentCluster()?.server ?? "";
  const url = new URL(`${server}/api/v1/namespaces/${namespace}/pods/${pod}/log`);
  url.search = new URLSearchParams({
    container,
    follow: String(follow),
    ...(tail === undefined ? {} : { tailLines: String(tail) }),
  }).toString();
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const response = await answered(url, { ...options, signal });
  if (response.statusCode !== 200) {
    throw new ApiException(response.statusCode ?? 0, "no log", await text(response), {});
  }
  response.setEncoding("utf8");
  try {
    for await (const part of response) write(String(part));
  } catch {
    // It broke off, or was told to end.
  }
}

function answered(url: URL, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? tlsRequest : plainRequest;
    send(url, options, resolve).on("error", reject).end();
  });
}
