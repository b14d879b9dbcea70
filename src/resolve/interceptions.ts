import { createHash } from "node:crypto";
import type { z } from "zod";
import { milliseconds } from "../api/duration.ts";
import { bytesIn } from "../api/quantity.ts";
import type { operationExtension } from "../api/x-portico.ts";
import type { ApiInterception, InterceptingFunction, Interception } from "../model/interception.ts";
import type { OpenApiDocument } from "../openapi/document.ts";
import { error, type Place, type Problem, wholeFile } from "../problem.ts";
import { type Code, functionNamed } from "../text/code.ts";
import { child, placeOf } from "../text/node.ts";
import { sayOnce } from "./say-once.ts";
import type { Level } from "./whole.ts";

/** How large a body may be that functions are given, where nobody bounds it. */
const usualBytes = 1024 * 1024;
const usualTimeoutMs = 1_000;
/** Longer nobody waits for the gateway to answer anything. */
const longestTimeoutMs = 30_000;

type Fields = z.infer<typeof operationExtension>;

/** Collects which functions see the messages of a document's operations. */
export interface Interceptions {
  /** Those of an operation; undefined for none. */
  of(fields: Fields, levels: readonly Level[]): Interception | undefined;
  /** Of the operations that are left; undefined where none has any. */
  used(interceptions: readonly (Interception | undefined)[]): ApiInterception | undefined;
}

/** `allowed` is what the API or its document lets functions do. */
export function makeInterceptions(document: OpenApiDocument, allowed: readonly string[], problems: Problem[]): Interceptions {
  const code: Code = document.files.code ?? new Map();
  const named = (text: string | undefined, where: Place): InterceptingFunction | undefined => {
    if (text === undefined) return undefined;
    const found = functionNamed(text);
    const wrong = found === undefined ? leadsOut(text) : lacking(text, found, code);
    if (wrong !== undefined) sayOnce(problems, error("BadInterceptor", where, wrong));
    return found;
  };
  return {
    of(fields, levels) {
      const said = fields.interceptors;
      if (said?.request === undefined && said?.response === undefined) return undefined;
      const at = levels.find(({ extension }) => extension?.fields.interceptors !== undefined)?.extension?.at("interceptors");
      const placed = (field: string): Place => (at === undefined ? wholeFile("API") : placeOf(child(at, field)));
      if (said.body === true && (fields.streaming === true || fields.webSocket === true))
        sayOnce(problems, error("BadInterceptor", placed("body"), noEnd));
      const timeoutMs = said.timeout === undefined ? usualTimeoutMs : milliseconds(said.timeout);
      if (timeoutMs > longestTimeoutMs || timeoutMs === 0) sayOnce(problems, error("WrongValue", placed("timeout"), wrongTime));
      return {
        request: named(said.request, placed("request")),
        response: named(said.response, placed("response")),
        largestBytes: said.body === true ? bytesOf(fields) : undefined,
        timeoutMs,
        goesOnAfterFailure: said.onFailure === "pass",
      };
    },
    used(interceptions) {
      if (interceptions.every((one) => one === undefined)) return undefined;
      const files = Object.fromEntries([...code].map(([path, { text }]) => [path, text] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)));
      const all = { files, mayConnect: allowed.includes("network") };
      return { hash: createHash("sha256").update(JSON.stringify(all)).digest("hex").slice(0, 16), ...all };
    },
  };
}

const bytesOf = ({ maxBody }: Fields): number => (maxBody === undefined ? usualBytes : bytesIn(maxBody));

const leadsOut = (text: string): string =>
  `\`${text}\` is no program in the document's folder. Name one there (.ts or .js) and its function, such as \`./auth.ts#check\`.`;

/** What a file does not have; undefined where it has it, and where it could not be read, which was said. */
function lacking(text: string, { path, name }: InterceptingFunction, code: Code): string | undefined {
  const file = code.get(path);
  if (file === undefined)
    return `\`${text}\` is in no file that can be read: there is no sound ${path} among the functions' files. Add it, or mend it.`;
  if (file.exports === undefined || file.exports.has(name)) return undefined;
  const others = [...file.exports].slice(0, 10).join(", ");
  return `${path} exports no \`${name}\`, but ${others === "" ? "nothing" : others}. Export it, or name another.`;
}

const noEnd = "The messages of a stream have no end to wait for, so no function is given their bodies. Leave out `body`, or the stream.";
const wrongTime = `A function may take more than nothing, and ${longestTimeoutMs / 1000}s at most. Write such a time.`;
