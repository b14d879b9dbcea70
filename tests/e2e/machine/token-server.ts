import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { serveHttp } from "../../../testing/http-server.ts";
import { tokenIssuer } from "../../../testing/token-issuer.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/certificates/${name}`, import.meta.url));

/** The only one whom the server knows. */
export const robot = { user: "robot", password: "pass:word", identityToken: "identity-of-robot" } as const;

/** What a question proves whom it is of by, and what it asks for. */
interface Question {
  readonly proof: "none" | "password" | "identityToken" | "wrong";
  readonly scopes: readonly string[];
}

/**
 * A server of tokens for a real registry (Docker: "Token authentication", "OAuth2 token authentication"): the robot may do all, and
 * somebody without a credential nothing.
 */
export async function startTokenServer(t: TestContext, lifetimeSeconds = 300) {
  const [issuer, service, certificate] = ["https://tokens.test", "registry.test", fixture("issuer.pem")];
  const x5c = [new X509Certificate(await readFile(certificate)).raw.toString("base64")];
  const tokens = tokenIssuer(issuer, "RS256", "one", createPrivateKey(await readFile(fixture("issuer.key"))));
  const questions: Question[] = [];
  const port = await serveHttp(t, async (request, response) => {
    const question = await questionIn(request);
    questions.push(question);
    if (question.proof === "wrong") return void response.writeHead(401).end();
    const now = Math.floor(Date.now() / 1000);
    const access = question.proof === "none" ? [] : question.scopes.map(accessOf);
    const claims = {
      aud: service,
      sub: robot.user,
      nbf: now - 300,
      iat: now,
      exp: now + lifetimeSeconds,
      jti: `${questions.length}`,
      access,
    };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ token: tokens.token({ header: { x5c, kid: undefined }, claims }) }));
  });
  return { tokens: { realm: `http://127.0.0.1:${port}/token`, issuer, service, certificate }, questions };
}

async function questionIn(request: IncomingMessage): Promise<Question> {
  if (request.method === "POST") {
    const form = new URLSearchParams(await text(request));
    return {
      proof: form.get("refresh_token") === robot.identityToken ? "identityToken" : "wrong",
      scopes: (form.get("scope") ?? "").split(" "),
    };
  }
  const scopes = new URL(request.url ?? "", "http://tokens.test").searchParams.getAll("scope");
  const said = request.headers.authorization;
  if (said === undefined) return { proof: "none", scopes };
  const right = `Basic ${Buffer.from(`${robot.user}:${robot.password}`).toString("base64")}`;
  return { proof: said === right ? "password" : "wrong", scopes };
}

/** A scope such as `repository:pets:pull,push`. */
function accessOf(scope: string): object {
  const [type = "", name = "", actions = ""] = scope.split(":");
  return { type, name, actions: actions.split(",") };
}
