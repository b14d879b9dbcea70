import { createHash } from "node:crypto";
import type { z } from "zod";
import { bytesIn } from "../../api/quantity.ts";
import type { operationExtension } from "../../api/x-portico.ts";
import type { Validation } from "../../model/api.ts";
import type { PathTemplate } from "../../model/path.ts";
import type { ApiValidation, OperationValidation } from "../../model/validation.ts";
import type { DocumentOperation, DocumentPath, OpenApiDocument } from "../../openapi/document.ts";
import type { Problem } from "../../problem.ts";
import { bodyRule } from "./bodies.ts";
import { parameterNodes, parameterRules } from "./parameters.ts";
import { responseRules } from "./responses.ts";
import { messageSchemas } from "./schemas.ts";

/** How large a body may be that is looked at, where nobody says it. */
const usualBytes = 1024 * 1024;

/** An operation of a document, and what is asked for of its messages. */
interface AskedValidation {
  readonly id: string;
  readonly path: DocumentPath;
  readonly written: DocumentOperation;
  readonly template: PathTemplate;
  readonly fields: z.infer<typeof operationExtension>;
}

/** Collects what the messages of a document's operations are held against, where they ask for it. */
export interface Validations {
  /** How far those of an operation are; undefined for not at all. */
  of(asked: AskedValidation): Validation | undefined;
  /** Of these operations; undefined where nothing asked for it. */
  used(operations: ReadonlySet<string>): ApiValidation | undefined;
}

export function makeValidations(document: OpenApiDocument, problems: Problem[]): Validations {
  const requests = messageSchemas(document, "request", problems);
  const responses = messageSchemas(document, "response", problems);
  const rules = new Map<string, OperationValidation>();
  return {
    of({ id, path, written, template, fields }) {
      const { request, response, largestBytes, isStream } = askedFor(fields);
      if (request === undefined && response === undefined) return undefined;
      const nodes = request === undefined ? [] : parameterNodes(document, path, written);
      const body = request === undefined || isStream ? undefined : bodyRule(document, written, nodes, requests);
      rules.set(id, {
        operation: id,
        path: template,
        parameters: parameterRules(document, nodes, requests),
        body,
        responses: response === undefined ? undefined : responseRules(document, written, responses),
      });
      return {
        request: request && { strictness: request, largestBytes: body === undefined ? undefined : largestBytes },
        response: response && { strictness: response, largestBytes },
      };
    },
    used(operations) {
      const used = [...rules.values()].filter(({ operation }) => operations.has(operation));
      if (used.length === 0) return undefined;
      const all = { schemas: { ...requests.all(), ...responses.all() }, operations: used };
      return { hash: createHash("sha256").update(JSON.stringify(all)).digest("hex").slice(0, 16), ...all };
    },
  };
}

/** What an operation asks for. Nobody waits for the end of a stream: of its messages no body is looked at, and no answer. */
function askedFor({ validation: { request, response, maxBody } = {}, streaming, webSocket }: AskedValidation["fields"]) {
  const isStream = streaming === true || webSocket === true;
  return {
    isStream,
    request: request === "off" ? undefined : request,
    response: response === "off" || isStream ? undefined : response,
    largestBytes: maxBody === undefined ? usualBytes : bytesIn(maxBody),
  };
}
