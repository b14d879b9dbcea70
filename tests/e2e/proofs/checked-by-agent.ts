import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { TestContext } from "node:test";
import { hash } from "bcryptjs";
import { formsOf } from "../../../testing/canary.ts";
import { tokenIssuer } from "../../../testing/token-issuer.ts";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets, store } from "../harness/api.ts";
import { rolledOut } from "../harness/echo.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import type { Operator } from "../harness/operator.ts";
import { testImage } from "../harness/target.ts";

const basic = (user: string, password: string): string => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
const pem = (name: string): string => readFileSync(new URL(`../../fixtures/certificates/${name}`, import.meta.url), "utf8");

/** Texts that are nowhere else: where one is found, a secret leaked. */
const passwords = { first: "c4n4ry-f1rst-8Xq", second: "c4n4ry-s3cond-8Xq" };
const hashed = "alice:$2";

const operation = (scheme: string, ...scopes: readonly string[]) => ({ get: { security: [{ [scheme]: scopes }], responses: {} } });
const document = {
  ...pets,
  paths: {
    "/staff": operation("staff"),
    "/opaque": operation("opaque", "read"),
    "/machine": operation("machine"),
    "/own": operation("own"),
    "/signed": operation("signed", "read"),
  },
};

const signer = tokenIssuer("http://issuer");

/** Answers at /introspect whoever shows the gateway's second secret, at /check who is `good`, and says where its keys are. */
const issuerProgram = `
const itself = "http://" + process.env.ITSELF;
const documents = new Map([
  ["/.well-known/openid-configuration", JSON.stringify({ issuer: itself, jwks_uri: itself + "/keys" })],
  ["/keys", ${JSON.stringify(signer.jwks)}],
]);
require("node:http").createServer((request, response) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    if (request.url.startsWith("/check")) return response.writeHead(request.headers.authorization === "good" ? 200 : 401).end();
    if (documents.has(request.url)) return response.writeHead(200, { "content-type": "application/json" }).end(documents.get(request.url));
    if (request.headers.authorization !== "${basic("gateway", encodeURIComponent(passwords.second))}") return response.writeHead(401).end();
    const active = new URLSearchParams(body).get("token") === "good";
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ active, scope: "read" }));
  });
}).listen(8080);
`;

const issuerName = (namespace: string): string => `issuer.${namespace}`;

const issuerIn = (namespace: string): readonly object[] => [
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "issuer" },
    spec: {
      selector: { matchLabels: { app: "issuer" } },
      template: {
        metadata: { labels: { app: "issuer" } },
        spec: {
          containers: [
            {
              name: "issuer",
              image: testImage("echo"),
              command: ["node", "-e", issuerProgram],
              env: [{ name: "ITSELF", value: issuerName(namespace) }],
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "issuer" },
    spec: { selector: { app: "issuer" }, ports: [{ port: 80, targetPort: 8080 }] },
  },
];

const secret = (name: string, stringData: Readonly<Record<string, string>>, more: object = {}): object => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name },
  stringData,
  ...more,
});

const securitiesIn = (namespace: string): readonly object[] => [
  objectOf("Security", "signed", { type: "jwt", jwt: { issuers: [{ issuer: `http://${issuerName(namespace)}` }] } }),
  objectOf("Security", "staff", { type: "basic", basic: { users: { name: "users" } } }),
  objectOf("Security", "opaque", {
    type: "oauth2",
    oauth2: { introspectionUrl: "http://issuer/introspect", client: { name: "gateway-client" } },
  }),
  objectOf("Security", "machine", { type: "mtls", mtls: { trust: { name: "client-authorities" } } }),
  objectOf("Security", "own", { type: "authorizer", authorizer: { url: "http://issuer/check", sendHeaders: ["authorization"] } }),
];

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  /** Whose certificate is shown. */
  readonly client?: string;
}

/** The status of an answer over TLS, asked from inside a pod; 0 where the connection ends before there is one. */
async function status(namespace: Namespace, path: string, { headers = {}, client }: Sent = {}): Promise<number> {
  const shown = client === undefined ? {} : { cert: pem(`${client}.pem`), key: pem(`${client}.key`) };
  const options = JSON.stringify({ host: "checked-gateway", port: 443, path, headers, rejectUnauthorized: false, ...shown });
  const program = `const say = (status) => process.stdout.write(String(status));
require("node:https").get(${options}, (answer) => { say(answer.statusCode); answer.destroy(); }).on("error", (error) => /SSL|RESET|EPIPE/.test(error.code) ? say(0) : process.exit(1));`;
  // What does not reach the gateway at all, as a moment after it was made, is tried again.
  const told = await until(
    `${path} answers`,
    () => namespace.kubectl("exec", "deployment/store-backend", "--", "node", "-e", program).catch(() => undefined),
    30_000,
  );
  return Number(told);
}

/** What Envoy does not check by itself is checked in a container beside it; what it checks with changes without a new pod. */
export async function checkedByTheAgent(t: TestContext, operator: Operator): Promise<void> {
  const namespace = await makeNamespace(t);
  const users = async (password: string): Promise<object> => secret("users", { htpasswd: `alice:${await hash(password, 5)}` });
  const authorities = (name: string): object => secret("client-authorities", { "ca.crt": pem(name) });
  await namespace.apply(configMap("pets", document), store);
  await namespace.apply(
    await users(passwords.first),
    secret("gateway-client", { username: "gateway", password: passwords.first }),
    authorities("clients.pem"),
  );
  await namespace.apply(
    secret("certificate", { "tls.crt": pem("localhost.pem"), "tls.key": pem("localhost.key") }, { type: "kubernetes.io/tls" }),
  );
  await namespace.apply(...securitiesIn(namespace.name), apiOf("checked", { expose: { tls: { name: "certificate" } } }));
  const why = (): Promise<string> => namespace.field("api/checked", '.status.conditions[?(@.type=="ResolvedRefs")].message');
  await until("it says that its issuer says nothing", async () => (await why()).includes("The keys of the issuer"), 30_000);
  await namespace.apply(...issuerIn(namespace.name));
  await rolledOut(namespace, "issuer");
  await namespace.condition("api/checked", "Ready", 120);

  const bearer = (token: string): Sent => ({ headers: { authorization: `Bearer ${token}` } });
  const staff = (password: string): Promise<number> =>
    status(namespace, "/staff", { headers: { authorization: basic("alice", password) } });
  const machine = (client: string): Promise<number> => status(namespace, "/machine", { client });
  assert.deepEqual([await staff(passwords.first), await staff(passwords.second), await status(namespace, "/staff")], [200, 401, 401]);
  assert.deepEqual([await machine("alice"), await machine("mallory"), await status(namespace, "/machine")], [200, 0, 401]);
  const token = signer.token({ claims: { iss: `http://${issuerName(namespace.name)}`, scope: "read" } });
  await until("its keys are fetched", async () => (await status(namespace, "/signed", bearer(token))) === 200, 30_000);
  assert.equal(await status(namespace, "/signed", bearer(tokenIssuer().token())), 401);
  assert.equal(await status(namespace, "/own", { headers: { authorization: "good" } }), 200);
  assert.equal(await status(namespace, "/own", { headers: { authorization: "bad" } }), 401);
  assert.equal(await status(namespace, "/opaque", bearer("good")), 503, "its issuer does not know the gateway");

  const pods = (): Promise<string> =>
    namespace.kubectl("get", "pods", "--selector=app.kubernetes.io/name=portico-gateway", "--output=name");
  const before = await pods();
  const began = performance.now();
  await namespace.apply(await users(passwords.second), secret("gateway-client", { username: "gateway", password: passwords.second }));
  await namespace.apply(authorities("strangers.pem"));
  await until("the second password is good", async () => (await staff(passwords.second)) === 200, 60_000);
  t.diagnostic(`from the Secret's change to the first request by the new password: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  assert.equal(await staff(passwords.first), 401);
  await until("the issuer knows the gateway", async () => (await status(namespace, "/opaque", bearer("good"))) === 200, 60_000);
  assert.equal(await status(namespace, "/opaque", bearer("bad")), 401);
  await until("the other authority counts", async () => (await machine("mallory")) === 200, 60_000);
  assert.equal(await machine("alice"), 0);
  assert.equal(await pods(), before);

  const rest = (): Promise<number> => machine("mallory");
  await isStartedAgain(namespace, before.split("\n")[0] ?? "", () => staff(passwords.second), rest);
  await nothingLeaked(namespace, operator);
}

/** That an agent which dies is started again in its pod: what needs it is refused until then, and the rest serves. */
async function isStartedAgain(
  namespace: Namespace,
  pod: string,
  needsIt: () => Promise<number>,
  rest: () => Promise<number>,
): Promise<void> {
  const starts = (): Promise<string> => namespace.field(pod, '.status.initContainerStatuses[?(@.name=="agent")].restartCount');
  const before = Number(await starts());
  // The command ends with the container that it is in.
  await namespace.kubectl("exec", pod, "--container=agent", "--", "/usr/local/bin/node", "-e", "process.kill(1)").catch(() => undefined);
  const seen = new Set<number>();
  await until(
    "it is started again",
    async () => {
      seen.add(await needsIt());
      assert.equal(await rest(), 200);
      return Number(await starts()) > before;
    },
    60_000,
  );
  await until("what needs it is let in again", async () => (await needsIt()) === 200, 60_000);
  assert.deepEqual(
    [...seen].filter((status) => status !== 200 && status !== 503),
    [],
  );
}

/** That passwords and their hashes are in no object but Secrets, and in no log; a password that a client puts into a path is found. */
async function nothingLeaked(namespace: Namespace, operator: Operator): Promise<void> {
  const ofGateway = "--selector=app.kubernetes.io/name=portico-gateway";
  const logs = (): Promise<string> => namespace.kubectl("logs", ofGateway, "--all-containers", "--tail=-1");
  const told = {
    objects: await namespace.kubectl("get", "apis,securities,targetendpoints,events,configmaps,services", "--output=json"),
    "the gateway's objects": await namespace.kubectl("get", "deployments,replicasets,pods", ofGateway, "--output=json"),
    "the operator's objects": await operator.namespace.kubectl("get", "events,configmaps,pods", "--output=json"),
    "the operator's log": await operator.namespace.kubectl("logs", "deployment/portico-operator", "--tail=-1"),
    "the gateway's logs": await logs(),
  };
  for (const secretText of [...Object.values(passwords), hashed])
    for (const [where, text] of Object.entries(told))
      assert.deepEqual(formsOf(secretText, Buffer.from(text)), [], `${secretText} in ${where}`);
  await status(namespace, `/shown/${encodeURIComponent(passwords.first)}`);
  await until("the log has what leaked on purpose", async () => formsOf(passwords.first, Buffer.from(await logs())).length > 0, 30_000);
}
