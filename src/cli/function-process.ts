#!/usr/bin/env node
// Runs somebody's own functions for the policy agent, which starts it with nothing that it may do (Node.js: "Permissions"). It is asked to call one after the other, and
// takes in nothing of Portico's: what it may read is its own file, and those of the functions.

import { basename, dirname } from "node:path";
import { pathToFileURL } from "node:url";
import type { FunctionTask, Outcome } from "../agent/interceptors/tasks.ts";

type Lines = FunctionTask["lines"];
type Called = (message: Request | Response, context: unknown) => unknown;

const isCallable = (value: unknown): value is Called => typeof value === "function";

/** What the gateway itself says of a message: no function has a say in it. */
const gateways =
  /^(?::|x-envoy-|x-forwarded-|x-request-id$|content-length$|transfer-encoding$|connection$|keep-alive$|te$|upgrade$|host$|date$)/;

const send = process.send?.bind(process);
// Whoever started this could be ended by it, or be told something in its name.
for (const name of ["kill", "_kill", "send", "abort", "_debugProcess", "_debugEnd"]) Reflect.deleteProperty(process, name);
for (const name of ["kill", "_kill", "send"]) Reflect.set(process, name, undefined);

process.on("message", async (task: FunctionTask) => {
  const outcome = await outcomeOf(task).catch(
    (thrown: unknown): Outcome => ({ kind: "failed", why: reasonOf(thrown, dirname(task.file)) }),
  );
  send?.(outcome);
});

async function outcomeOf(task: FunctionTask): Promise<Outcome> {
  const module: object = await import(pathToFileURL(task.file).href);
  const called: unknown = Reflect.get(module, task.name);
  if (!isCallable(called)) throw new TypeError(`${basename(task.file)} exports no function ${task.name}`);
  return task.of === "request" ? ofRequest(task, called) : ofResponse(task, called);
}

async function ofRequest({ url, method, lines, body, context }: FunctionTask, called: Called): Promise<Outcome> {
  const bytes = bytesOf(body);
  const hasBody = bytes !== undefined && method !== "GET" && method !== "HEAD";
  const request = new Request(url, { method, headers: headersOf(lines), ...(hasBody ? { body: bytes } : {}) });
  const result: unknown = await called(request, context);
  if (result instanceof Response) {
    const content = Buffer.from(await result.arrayBuffer()).toString("base64");
    return { kind: "answers", status: result.status, lines: own([...result.headers]), body: content };
  }
  const changed = result ?? request;
  if (!(changed instanceof Request)) throw new TypeError("The function gave back neither a Request nor a Response");
  if (changed.url !== request.url || changed.method !== request.method)
    throw new TypeError("A function cannot give a request another URL or method");
  return goesOn(lines, changed.headers, changed === request ? undefined : await contentOf(changed), bytes);
}

async function ofResponse({ status, lines, body, context }: FunctionTask, called: Called): Promise<Outcome> {
  const bytes = bytesOf(body);
  const hasNone = bytes === undefined || [204, 205, 304].includes(status);
  const response = new Response(hasNone ? null : bytes, { status, headers: headersOf(lines) });
  const result: unknown = await called(response, context);
  const changed = result ?? response;
  if (!(changed instanceof Response)) throw new TypeError("The function gave back no Response");
  const outcome = goesOn(lines, changed.headers, changed === response ? undefined : await contentOf(changed), bytes);
  return changed.status === status ? outcome : { ...outcome, status: changed.status };
}

/** A body that is there. */
async function contentOf(message: Request | Response): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (message.bodyUsed) throw new TypeError("The function gave back a message whose body was read already");
  return new Uint8Array(await message.arrayBuffer());
}

/** `content` is undefined where it was not replaced, `before` where the function was given none. */
function goesOn(
  lines: Lines,
  headers: Headers,
  content: Uint8Array | undefined,
  before: Uint8Array | undefined,
): Extract<Outcome, { kind: "goes-on" }> {
  if (before === undefined && content !== undefined && content.length > 0)
    throw new TypeError("A function that is given no body cannot give one back: say `body: true`");
  const after = own([...headers]);
  const old = own([...headersOf(lines)]);
  const valuesIn = (all: Lines, name: string): string => JSON.stringify(all.filter(([one]) => one === name).map(([, value]) => value));
  const names = new Set(after.map(([name]) => name));
  const isOther = content !== undefined && before !== undefined && Buffer.compare(content, before) !== 0;
  return {
    kind: "goes-on",
    set: after.filter(([name]) => valuesIn(after, name) !== valuesIn(old, name)),
    remove: [...new Set(old.map(([name]) => name))].filter((name) => !names.has(name)),
    ...(isOther ? { body: Buffer.from(content).toString("base64") } : {}),
  };
}

const own = (lines: Lines): [string, string][] => lines.flatMap(([name, value]) => (gateways.test(name) ? [] : [[name, value]]));

function headersOf(lines: Lines): Headers {
  const headers = new Headers();
  for (const [name, value] of lines) if (!name.startsWith(":")) headers.append(name, value);
  return headers;
}

const bytesOf = (body: string | null): Uint8Array<ArrayBuffer> | undefined =>
  body === null ? undefined : new Uint8Array(Buffer.from(body, "base64"));

/** What went wrong, and where in the functions' files. */
function reasonOf(thrown: unknown, folder: string): string {
  if (!(thrown instanceof Error)) return "The function threw what is no Error";
  const line = (thrown.stack ?? "").split("\n").find((one) => one.includes(folder));
  const place = line === undefined ? undefined : /([^/\\]+:\d+:\d+)\)?$/.exec(line)?.[1];
  return `${thrown.name}: ${thrown.message}`.slice(0, 300) + (place === undefined ? "" : ` (${place})`);
}
