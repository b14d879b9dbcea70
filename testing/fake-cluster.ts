import { ApiException } from "@kubernetes/client-node";
import { z } from "zod";
import type { Transport } from "../src/apply/kubernetes/transport.ts";

/** A cluster's API in memory, for what a real one cannot be made to do at the moment that a test needs. Selectors it does not know: it has what the test put there. */
export interface FakeCluster {
  /** Writes an object, as somebody else does, under its path: `/api/v1/namespaces/a/services/pets`. */
  put(path: string, object: object): void;
  remove(path: string): void;
  read(path: string): unknown;
  /** A way to it. */
  open(): Connection;
}

/** One of several ways to a cluster, each with troubles of its own. */
export interface Connection {
  readonly transport: Transport;
  /** What was asked: `PUT /apis/...`, without the query. */
  readonly asked: readonly string[];
  /** Asked before each request: whether it is answered, never, or with what it fails. */
  trouble: (asked: string) => "silent" | Error | undefined;
}

const kept = z.looseObject({ metadata: z.looseObject({ name: z.string(), resourceVersion: z.string().optional() }) });
type Kept = z.infer<typeof kept>;

interface Change {
  readonly version: number;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly path: string;
  readonly object: Kept;
}

type Request = Parameters<Transport["json"]>[0];

/** Whether an object of this path is one of those that a list's path asks for: of a namespace, or of all. */
const isIn = (list: string, path: string): boolean => {
  const own = path.slice(0, path.lastIndexOf("/"));
  return list === own || list === own.replace(/\/namespaces\/[^/]+/, "");
};

export function fakeCluster(): FakeCluster {
  const objects = new Map<string, Kept>();
  const changes: Change[] = [];
  const hearers = new Set<() => void>();
  const change = (type: Change["type"], path: string, value: object): Kept => {
    const version = changes.length + 1;
    const { metadata, ...rest } = kept.parse(value);
    const object = { ...rest, metadata: { uid: path, ...metadata, resourceVersion: String(version) } };
    if (type === "DELETED") objects.delete(path);
    else objects.set(path, object);
    changes.push({ version, type, path, object });
    for (const hear of hearers) hear();
    return object;
  };
  const put = (path: string, value: object): Kept => change(objects.has(path) ? "MODIFIED" : "ADDED", path, value);

  const answer = ({ method, path: full, body }: Request): unknown => {
    const [path = ""] = full.split("?");
    if (method === "GET") {
      const items = [...objects].filter(([one]) => isIn(path, one)).map(([, object]) => object);
      return objects.get(path) ?? { metadata: { resourceVersion: String(changes.length) }, items };
    }
    const written = kept.parse(body);
    if (method === "POST") {
      const made = `${path}/${written.metadata.name}`;
      if (objects.has(made)) throw new ApiException(409, "", "{}", {});
      return put(made, written);
    }
    if (objects.get(path)?.metadata.resourceVersion !== written.metadata.resourceVersion) throw new ApiException(409, "", "{}", {});
    return put(path, written);
  };

  async function* linesOf(connection: Connection, full: string, signal: AbortSignal): AsyncIterable<string> {
    const [path = "", query] = full.split("?");
    let reached = Number(new URLSearchParams(query).get("resourceVersion"));
    while (!signal.aborted) {
      const trouble = connection.trouble(`WATCH ${path}`);
      if (trouble instanceof Error) throw trouble;
      const news = trouble === "silent" ? [] : changes.slice(reached);
      reached += news.length;
      yield* news.filter((one) => isIn(path, one.path)).map(({ type, object }) => JSON.stringify({ type, object }));
      if (news.length === 0) await told(hearers, signal);
    }
  }

  const open = (): Connection => {
    const asked: string[] = [];
    const transport: Transport = {
      server: "http://cluster.test",
      json: async (request) => {
        const line = `${request.method} ${request.path.split("?")[0]}`;
        asked.push(line);
        const trouble = connection.trouble(line);
        if (trouble === "silent") return new Promise(() => {});
        if (trouble !== undefined) throw trouble;
        return answer(request);
      },
      lines: ({ path }, signal) => linesOf(connection, path, signal),
      close: () => {},
    };
    const connection: Connection = { asked, transport, trouble: () => undefined };
    return connection;
  };
  return {
    put: (path, object) => void put(path, object),
    remove: (path) => void change("DELETED", path, objects.get(path) ?? {}),
    read: (path) => objects.get(path),
    open,
  };
}

/** Resolves with the next change, or the signal. */
const told = (hearers: Set<() => void>, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const hear = (): void => {
      hearers.delete(hear);
      signal.removeEventListener("abort", hear);
      resolve();
    };
    hearers.add(hear);
    signal.addEventListener("abort", hear);
  });
