import { createHash } from "node:crypto";
import type { z } from "zod";
import { milliseconds } from "../api/duration.ts";
import { bytesIn } from "../api/quantity.ts";
import type { operationExtension } from "../api/x-portico.ts";
import type { ApiInterception, InterceptingFunction, Interception } from "../model/interception.ts";
import type { OpenApiDocument } from "../openapi/document.ts";
import { error, type Place, type Problem, wholeFile } from "../problem.ts";
import type { Reason } from "../reason.ts";
import { type Code, functionNamed } from "../text/code.ts";
import { child, placeOf } from "../text/node.ts";
import { sayOnce } from "./say-once.ts";
import type { Level } from "./whole.ts";

/** How large a body may be that functions are given, where nobody bounds it. */
const usualBytes = 1024 * 1024;
/** The most that they may be given. */
const mostBytes = 8 * 1024 ** 2;
const usualTimeoutMs = 1_000;
/** Longer nobody waits for the gateway to answer anything. */
const longestTimeoutMs = 30_000;

type Fields = z.infer<typeof operationExtension>;

/** Collects which functions see the messages of a document's operations. */
export interface Interceptions {
  /** Those of an operation; undefined for none. */
  of(asked: AskedInterception): Interception | undefined;
  /** Of the operations that are left; undefined where none has any. */
  used(interceptions: readonly (Interception | undefined)[]): ApiInterception | undefined;
}

interface AskedInterception {
  readonly method: string;
  readonly fields: Fields;
  readonly levels: readonly Level[];
}

type Said = NonNullable<Fields["interceptors"]>;

/** What an API says of its functions, for where no document does, and what it or its document lets them do. */
interface ApiFunctions {
  readonly functions: Said | undefined;
  readonly allowed: readonly string[];
}

export function makeInterceptions(document: OpenApiDocument, { functions, allowed }: ApiFunctions, problems: Problem[]): Interceptions {
  const code: Code = document.files.code ?? new Map();
  const named = (text: string | undefined, where: Place): InterceptingFunction | undefined => {
    if (text === undefined) return undefined;
    const found = functionNamed(text);
    const wrong = found === undefined ? leadsOut(text) : lacking(text, found, code);
    if (wrong !== undefined) sayOnce(problems, error("BadInterceptor", where, wrong));
    return found;
  };
  return {
    of({ method, fields, levels }) {
      const { said, at, outer } = saidBy(levels, functions);
      const placed = (field: string): Place => (at === undefined ? wholeFile("API") : placeOf(child(at, field)));
      for (const { field, reason = "BadInterceptor", message } of wrongOf(said, { method, fields, outer }))
        sayOnce(problems, error(reason, placed(field), message));
      if (!namesAny(said)) return undefined;
      return {
        request: named(said.request, placed("request")),
        response: named(said.response, placed("response")),
        largestBytes: said.body === true ? bytesOf(fields) : undefined,
        timeoutMs: timeoutOf(said),
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

const namesAny = (said: Said | undefined): said is Said => said?.request !== undefined || said?.response !== undefined;

/** What the innermost level that speaks of functions says, else the API: what functions may do speaks of none. And whether anything further out names one. */
function saidBy(levels: readonly Level[], functions: Said | undefined) {
  const speaking = levels.flatMap(({ extension }) => {
    const said = extension?.fields.interceptors;
    const isAllowance = said !== undefined && Object.keys(said).length > 0 && Object.keys(said).every((key) => key === "allow");
    return said === undefined || isAllowance ? [] : [{ said, at: extension?.at("interceptors") }];
  });
  const [inner = { said: functions, at: undefined }, ...others] = speaking;
  return { ...inner, outer: [...others.map(({ said }) => said), functions].some(namesAny) };
}

interface Wrong {
  readonly field: string;
  readonly reason?: Reason;
  readonly message: string;
}

/** What is wrong with what is said of an operation's functions, beside the functions. */
function wrongOf(
  said: Said | undefined,
  { method, fields, outer }: { readonly method: string; readonly fields: Fields; readonly outer: boolean },
): readonly Wrong[] {
  if (!namesAny(said)) {
    const [field] = Object.keys(said ?? {}).filter((key) => key !== "allow");
    return field !== undefined && outer ? [{ field, message: noFunction }] : [];
  }
  const isStream = fields.streaming === true || fields.webSocket === true;
  const timeoutMs = timeoutOf(said);
  return [
    ...(said.body === true && isStream ? [{ field: "body", message: noEnd }] : []),
    ...(said.body === true && bytesOf(fields) > mostBytes ? [{ field: "body", message: tooLarge }] : []),
    ...(said.request !== undefined && method === "TRACE" ? [{ field: "request", message: noTrace }] : []),
    ...(timeoutMs > longestTimeoutMs || timeoutMs === 0 ? [{ field: "timeout", reason: "WrongValue" as const, message: wrongTime }] : []),
  ];
}

const timeoutOf = ({ timeout }: Said): number => (timeout === undefined ? usualTimeoutMs : milliseconds(timeout));

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

const noFunction =
  "The innermost level counts as a whole, and this one names no function: those further out would see nothing of it. Name them here too, or write `interceptors: {}` for none.";
const noTrace = "TRACE is a request that the Fetch standard has none of: no function can see it. Leave the operation out.";
const tooLarge = `Functions are given bodies of ${mostBytes / 1024 ** 2} MiB at most. Say a smaller \`maxBody\`, or leave \`body\` out.`;
const noEnd = "The messages of a stream have no end to wait for, so no function is given their bodies. Leave out `body`, or the stream.";
const wrongTime = `A function may take more than nothing, and ${longestTimeoutMs / 1000}s at most. Write such a time.`;
