import { z } from "zod";
import { duration } from "./duration.ts";
import { headerName } from "./header.ts";
import { under } from "./law.ts";

const origin = z
  .string()
  .regex(
    /^(\*|null|[a-z][a-z0-9+.-]*:\/\/(\*\.)?[A-Za-z0-9.:[\]_-]+)$/,
    "Not an origin. Write scheme and host (an international one in its ASCII form), such as `https://app.example.com` or `https://*.example.com`, or `*` for all.",
  );

const method = z.string().regex(/^([A-Z]+|\*)$/, "Not a method. Write it in capitals, such as `GET`.");

const fields = z.strictObject({
  origins: z
    .array(origin)
    .min(1)
    .describe("The origins that may call: `https://app.example.com`, `https://*.example.com`, or `*` for all."),
  methods: z.array(method).optional().describe("The methods that they may use. Default: every one that an operation has."),
  headers: z.array(headerName).optional().describe("The request headers that they may send, beyond those that Fetch always allows."),
  exposedHeaders: z.array(headerName).optional().describe("The response headers that their scripts may read."),
  maxAge: duration.optional().describe("How long a browser may remember the answer to a preflight."),
  credentials: z.boolean().optional().describe("Whether they may send cookies and credentials. Default: false."),
});

/** Which other origins a browser lets call (WHATWG Fetch, section 3.2). */
export const cors = under(fields, {
  message:
    "Beside credentials `*` stands for no origin, method or header (Fetch, sections 3.2.5 and 4.8), and `null` for every sandboxed page. Name them in place of these, or leave `credentials` out.",
  holds: ({ credentials, origins, methods = [], headers = [] }) =>
    credentials !== true || ![...origins, ...methods, ...headers].some((named) => named === "*" || named === "null"),
});

export type CorsField = z.infer<typeof cors>;
