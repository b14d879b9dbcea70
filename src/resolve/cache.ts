import type { z } from "zod";
import { milliseconds } from "../api/duration.ts";
import type { operationExtension } from "../api/x-portico.ts";
import type { Access, Cache, Operation } from "../model/api.ts";
import type { DocumentOperation, DocumentPath, OpenApiDocument, SecurityRequirement } from "../openapi/document.ts";
import { error, type Problem, warning } from "../problem.ts";
import { isObject, placeOf } from "../text/node.ts";
import { sayOnce } from "./say-once.ts";
import { parameterNodes } from "./validation/parameters.ts";
import type { Level } from "./whole.ts";

/** An operation, and what counts for its answers. */
interface AskedCache {
  readonly document: OpenApiDocument;
  readonly path: DocumentPath;
  readonly written: DocumentOperation;
  readonly fields: z.infer<typeof operationExtension>;
  readonly levels: readonly Level[];
  readonly access: Access;
  /** The alternatives that are asked for: with a credential that may be left out an operation is open, too. */
  readonly alternatives: readonly SecurityRequirement[];
  readonly isMocked: boolean;
}

/**
 * How answers of an operation are kept; undefined where they are not. What is said further out is for those operations whose answers may be kept; what an operation
 * says of itself, and cannot have, is a Problem.
 */
export function cacheOf(asked: AskedCache, problems: Problem[]): Cache | undefined {
  const { fields, levels, document, path, written } = asked;
  if (fields.cache === undefined || fields.cache === false) return undefined;
  const against = whyNot(asked);
  const own = levels[0]?.extension;
  if (against !== undefined && own?.fields.cache !== undefined) sayOnce(problems, error("WrongValue", placeOf(own.at("cache")), against));
  if (against !== undefined) return undefined;
  const { maxAge } = fields.cache;
  const parameters = parameterNodes(document, path, written).flatMap(({ value }) =>
    isObject(value) && value.in === "header" && typeof value.name === "string" ? [value.name] : [],
  );
  // Who shows a key where none is asked for may be answered by it all the same.
  const keys = [...document.schemes.values()].flatMap(({ key }) => (key?.in === "header" ? [key.name] : []));
  return {
    freshSeconds: maxAge === undefined ? undefined : Math.floor(milliseconds(maxAge) / 1000),
    headers: [...new Set([...parameters, ...keys].map((name) => name.toLowerCase()))],
  };
}

/** What a document says of keeping answers, and none of its operations can have (a warning). */
export function keptInVain({ extension }: Level, operations: readonly Operation[]): readonly Problem[] {
  const said = extension?.fields.cache;
  if (extension === undefined || said === undefined || said === false || keepsAnswers(operations)) return [];
  const message =
    "No operation's answers are kept: those of GET alone can be, for which nobody needs a credential, and which are neither mocked nor streams. Leave `cache` out, or open an operation to everybody.";
  return [warning("WrongValue", placeOf(extension.at("cache")), message)];
}

/** Whether those of some are; undefined where of none. */
export const keepsAnswers = (operations: readonly Operation[]): true | undefined =>
  operations.some(({ cache }) => cache !== undefined) ? true : undefined;

/** Why answers of an operation are for the one who asked; undefined where they are for everybody. */
function whyNot({ written, fields, access, alternatives, isMocked }: AskedCache): string | undefined {
  if (written.method !== "GET") return "Answers to GET alone are kept. Leave `cache` out here.";
  if (access.kind !== "open" || alternatives.some(({ schemes }) => schemes.length > 0))
    return "The operation takes a credential, and what one caller was answered is never kept for another. Leave `cache` out, or let everybody call it without one.";
  if (isMocked) return "The answer is mocked: there is nothing to keep. Leave out `cache`, or `mock`.";
  if (fields.streaming === true || fields.webSocket === true)
    return "The answer is a stream, whose end nobody waits for. Leave out `cache`, or the stream.";
  if (fields.interceptors?.request !== undefined)
    return "A function sees each request, and what it changes may change the answer. Leave out `cache`, or the function for requests.";
  if (fields.sandbox !== undefined) return "Who asks decides which backend answers here. Leave out `cache`, or `sandbox`.";
  return undefined;
}
