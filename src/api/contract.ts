import { z } from "zod";
import { duration } from "./duration.ts";
import { heldBodySize } from "./quantity.ts";

const strictness = z.enum(["off", "report", "enforce"]);

/** How far messages are held against the document. */
export const validation = z.strictObject({
  request: strictness.optional().describe("Requests: not looked at, reported when wrong, or refused when wrong."),
  response: strictness.optional().describe("Responses: not looked at, reported when wrong, or refused when wrong."),
  maxBody: heldBodySize.optional().describe("The largest body that is looked at; a larger one is refused with 413."),
});

/** How answers to GET are kept (RFC 9111). */
export const cache = z.strictObject({
  maxAge: duration.optional().describe("How long an answer that does not say so itself is fresh."),
});

const functionName = z
  .string()
  .max(1024)
  .regex(/^[^\s#]+(#[A-Za-z_$][\w$]*)?$/, "Not a function in a file. Write its file and name, such as `./auth.ts#check`.");

/** Functions of one's own that see requests and responses. */
export const interceptors = z.strictObject({
  request: functionName.optional().describe("The function that sees each request: `./auth.ts#check`."),
  response: functionName.optional().describe("The function that sees each response: `./shape.ts#shorten`."),
  body: z.boolean().optional().describe("Whether the functions are given the body. Default: false."),
  timeout: duration.optional().describe("How long a function may take. Default: `1s`."),
  onFailure: z
    .enum(["refuse", "pass"])
    .optional()
    .describe("What happens to the request when a function fails. Default: `refuse`, with 500."),
});

/** The same at a document's level, which speaks for all functions. */
export const documentInterceptors = interceptors.extend({
  allow: z
    .array(z.enum(["network"]))
    .max(8)
    .optional()
    .describe("What the functions may do beside computing: `network` lets them open connections. Default: nothing."),
});

/** The answer while an API or operation is being worked on. */
export const maintenance = z.strictObject({
  message: z.string().max(1024).optional().describe("What the answer says."),
  retryAfter: duration.optional().describe("When clients may ask again."),
});

/** What of the document the gateway shows to the world. */
export const publish = z.strictObject({
  document: z.boolean().optional().describe("Whether the document is served at `/openapi.json`."),
  page: z.boolean().optional().describe("Whether a page to read it is served at `/docs`."),
});
