import assert from "node:assert/strict";
import { z } from "zod";
import type { Answer } from "./raw-request.ts";

const problem = z.strictObject({
  type: z.url(),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1),
  requestId: z.uuid(),
});

/** That an answer is an error of the gateway's own, of this type: RFC 9457, with the id that its header has. The request's id. */
export function assertProblem({ status, headers, body }: Pick<Answer, "status" | "headers" | "body">, expected: string): string {
  const [code, slug] = expected.split(" ");
  assert.equal(status, Number(code), body);
  assert.equal(headers["content-type"], "application/problem+json");
  const said = problem.parse(JSON.parse(body));
  assert.equal(said.type, `https://portico.dev/errors/${slug}`);
  assert.equal(said.status, status);
  assert.equal(said.requestId, headers["x-request-id"]);
  return said.requestId;
}

/** The answers in bytes that came over a connection of HTTP/1.1, each with `content-length`. */
export function parseAnswers(bytes: string): readonly Answer[] {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return [];
  const [start = "", ...lines] = bytes.slice(0, end).split("\r\n");
  const [, status = "", reason = ""] = /^HTTP\/1\.1 (\d{3}) (.*)$/.exec(start) ?? [];
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  const length = Number(headers["content-length"] ?? 0);
  const body = bytes.slice(end + 4, end + 4 + length);
  return [{ status: Number(status), reason, headers, body }, ...parseAnswers(bytes.slice(end + 4 + length))];
}
