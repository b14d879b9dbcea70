// What `portico init interceptor` writes. A test runs it.

/** What functions are told beside the message. */
export const types = `/** What Portico says of a message beside the message itself. */
export interface Context {
  /** The API's name, and the operation's id. */
  readonly api: string;
  readonly operation: string;
  /** By which the request is known in logs. */
  readonly requestId: string;
  /** What the caller's token claims, where nobody is let in without one; else nothing. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Who calls, by the key, password or token, where nobody is let in without one. */
  readonly client?: string;
  /** The request, as it came. */
  readonly request: { readonly method: string; readonly path: string };
}
`;

export const functions = (types: string): string => `import type { Context } from "./${types}";

/** Sees each request before the backend does. A Response answers it here; another Request, or nothing, lets it go on. */
export function check(request: Request, { claims }: Context): Response | Request | void {
  if (!request.headers.has("x-tenant")) return Response.json({ title: "Say whose data you want: x-tenant." }, { status: 400 });
  request.headers.set("x-subject", String(claims.sub ?? "nobody"));
}

/** Sees each response of the backend. Another Response, or nothing, goes to the client. */
export function shape(response: Response, _: Context): Response | void {
  response.headers.delete("x-powered-by");
}
`;

export const test = (functions: string, types: string): string => `import assert from "node:assert/strict";
import { it } from "node:test";
import { check, shape } from "./${functions}";
import type { Context } from "./${types}";

const context: Context = {
  api: "pets",
  operation: "listPets",
  requestId: "1",
  claims: { sub: "ann" },
  request: { method: "GET", path: "/pets" },
};

it("refuses a request that does not say whose data it wants", () => {
  const answer = check(new Request("http://pets.test/pets"), context);
  assert.ok(answer instanceof Response);
  assert.equal(answer.status, 400);
});

it("tells the backend who calls", () => {
  const request = new Request("http://pets.test/pets", { headers: { "x-tenant": "north" } });
  assert.equal(check(request, context), undefined);
  assert.equal(request.headers.get("x-subject"), "ann");
});

it("keeps to itself what the backend is made with", () => {
  const response = new Response("[]", { headers: { "x-powered-by": "Pets 1.2" } });
  assert.equal(shape(response, context), undefined);
  assert.equal(response.headers.has("x-powered-by"), false);
});
`;
