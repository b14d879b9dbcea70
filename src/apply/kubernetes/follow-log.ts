import { type IncomingMessage, request as plainRequest } from "node:http";
import { type RequestOptions, request as tlsRequest } from "node:https";
import { text } from "node:stream/consumers";
import { ApiException, type KubeConfig } from "@kubernetes/client-node";

/**
 * Hands on what a container writes, as it comes (Kubernetes API: "Read Log", `follow`): to its end, to the signal, or until the connection
 * breaks; the caller asks whether there is more to wait for. Rejects where there is no log. The client's own reader does not notice a break.
 */
export async function followLog(
  config: KubeConfig,
  { namespace, pod, container }: { readonly namespace: string; readonly pod: string; readonly container: string },
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const server = config.getCurrentCluster()?.server ?? "";
  const url = new URL(`${server}/api/v1/namespaces/${namespace}/pods/${pod}/log?follow=true&container=${container}`);
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
