#!/usr/bin/env node
// Runs somebody's own functions for the policy agent, which starts it with nothing that it may do (Node.js: "Permissions"). It is asked to call one after the other, a line each on stdin, and
// answers on the next pipe. It takes in nothing of Portico's: what it may read is its own file, and those of the functions.

import { writeSync } from "node:fs";
import { stripTypeScriptTypes, syncBuiltinESMExports } from "node:module";
import os from "node:os";
import { basename, dirname } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import type { Outcome, WrittenTask } from "../agent/interceptors/tasks.ts";

type Lines = WrittenTask["lines"];
type Called = (message: Request | Response, context: unknown) => unknown;

const isCallable = (value: unknown): value is Called => typeof value === "function";

/** The pipe beside those that every process has. */
const answers = 3;

/** What the gateway itself says of a message: no function has a say in it. */
const gateways =
  /^(?::|x-envoy-|x-forwarded-|x-request-id$|content-length$|transfer-encoding$|connection$|keep-alive$|te$|upgrade$|host$|date$)/;

// Whoever started this could be ended, or held up, by it.
for (const name of ["kill", "_kill", "abort", "_debugProcess", "_debugEnd"]) Reflect.set(process, name, undefined);
Reflect.set(os, "setPriority", undefined);
syncBuiltinESMExports();

/** Something that a function began fails after it gave back what it had to: another process is to go on. */
let isSpent = false;
for (const event of ["uncaughtException", "unhandledRejection"])
  process.on(event, (thrown: unknown) => {
    isSpent = true;
    process.stderr.write(`interceptors: after a function was done: ${reasonOf(thrown, "")}\n`);
  });

/** A pipe that is full takes the rest later. */
function write(line: object): void {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(answers, bytes, at);
    } catch (failure) {
      if (!(failure instanceof Error && "code" in failure && failure.code === "EAGAIN")) throw failure;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, ...task }: WrittenTask = JSON.parse(line);
  const outcome = await outcomeOf(task).catch(
    (thrown: unknown): Outcome => ({ kind: "failed", why: reasonOf(thrown, dirname(task.file)) }),
  );
  write({ id, outcome, isSpent });
});
// Node loads these when they are first used, which the time of the first function is not for.
stripTypeScriptTypes(" ");
new Request("http://localhost/");
write({ ready: true });

type Task = Omit<WrittenTask, "id">;

async function outcomeOf(task: Task): Promise<Outcome> {
  const module: object = await import(pathToFileURL(task.file).href);
  const called: unknown = Reflect.get(module, task.name);
  if (!isCallable(called)) throw new TypeError(`${basename(task.file)} exports no function ${task.name}`);
  return task.of === "request" ? ofRequest(task, called) : ofResponse(task, called);
}

async function ofRequest(task: Task, called: Called): Promise<Outcome> {
  const request = requestOf(task);
  if (typeof request === "string") return { kind: "unfit", why: request };
  const result: unknown = await called(request, task.context);
  if (result instanceof Response) {
    const content = Buffer.from(await result.arrayBuffer()).toString("base64");
    return { kind: "answers", status: result.status, lines: own([...result.headers]), body: content };
  }
  const changed = result ?? request;
  if (!(changed instanceof Request)) throw new TypeError("The function gave back neither a Request nor a Response");
  if (changed.url !== request.url || changed.method !== request.method)
    throw new TypeError("A function cannot give a request another URL or method");
  const content = changed === request ? undefined : await contentOf(changed);
  if (task.body === null && content !== undefined && content.length > 0)
    throw new TypeError("A function that is given no body cannot give one back: say `body: true`");
  return goesOn(task.lines, changed.headers, task.body === null ? undefined : content, bytesOf(task.body));
}

/** Or why there is none. */
function requestOf({ url, method, lines, body }: Task): Request | string {
  const bytes = bytesOf(body);
  const hasBody = bytes !== undefined && method !== "GET" && method !== "HEAD";
  try {
    return new Request(url, { method, headers: headersOf(lines), ...(hasBody ? { body: bytes } : {}) });
  } catch (thrown) {
    return reasonOf(thrown, "");
  }
}

const withoutContent: ReadonlySet<number> = new Set([204, 205, 304]);

async function ofResponse({ status, method, lines, body, context }: Task, called: Called): Promise<Outcome> {
  const hasNone = method === "HEAD" || withoutContent.has(status);
  const content = hasNone ? null : (bytesOf(body) ?? passedBy());
  const response = new Response(content, { status, headers: headersOf(lines) });
  const result: unknown = await called(response, context);
  const changed = result ?? response;
  if (!(changed instanceof Response)) throw new TypeError("The function gave back no Response");
  const isSame = changed === response || changed.body === response.body || hasNone;
  const outcome = goesOn(lines, changed.headers, isSame ? undefined : await contentOf(changed), bytesOf(body));
  return changed.status === status ? outcome : { ...outcome, status: changed.status };
}

/** What stands for a body that functions are not given. */
const passedBy = (): ReadableStream =>
  new ReadableStream({ pull: (controller) => controller.error(new TypeError("The function is given no body: say `body: true`")) });

/** A body that is there. */
async function contentOf(message: Request | Response): Promise<Uint8Array<ArrayBuffer>> {
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
  const after = own([...headers]);
  const old = own([...headersOf(lines)]);
  const valuesIn = (all: Lines, name: string): string => JSON.stringify(all.filter(([one]) => one === name).map(([, value]) => value));
  const names = new Set(after.map(([name]) => name));
  const isOther = content !== undefined && (before === undefined || Buffer.compare(content, before) !== 0);
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
  const line = folder === "" ? undefined : (thrown.stack ?? "").split("\n").find((one) => one.includes(folder));
  const place = line === undefined ? undefined : /([^/\\]+:\d+:\d+)\)?$/.exec(line)?.[1];
  return `${thrown.name}: ${thrown.message}`.slice(0, 300) + (place === undefined ? "" : ` (${place})`);
}
