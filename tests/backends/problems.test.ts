import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { resolveCase } from "../../testing/golden-case.ts";
import { sentTo, targetEndpoint } from "./served.ts";

/** What is said of a TargetEndpoint, each as `severity reason at pointer: message`. */
function said(spec: object, more: object = {}): readonly string[] {
  const document = { openapi: "3.1.0", info: { title: "Pets", version: "1.0.0" }, paths: { "/pets": sentTo("pets", more) } };
  const input = [document, targetEndpoint("pets", spec)].map((one) => JSON.stringify(one)).join("\n---\n");
  const settings = { mock: false, credentials: "fail", debug: false, trustedHops: 0, requests: [] } as const;
  const { problems } = resolveCase({ input, settings: { ...settings, requests: [] } });
  return problems.map(({ severity, reason, where, message }) => `${severity} ${reason} at ${where.pointer}: ${message}`);
}

const url = "http://a.test";

describe("what is wrong with a backend is said where it stands", () => {
  const cases: readonly (readonly [what: string, spec: object, expected: RegExp, more?: object])[] = [
    ["no weight at all", { targets: [{ url, weight: 0 }] }, /^error WrongValue at \/spec\/targets: Every weight here is 0/],
    ["a weight below none", { targets: [{ url, weight: -1 }] }, /^error WrongValue at \/spec\/targets\/0\/weight: /],
    ["urls of two paths", { urls: [`${url}/a`, `${url}/b`] }, /^error WrongValue at \/spec\/urls: The urls of one backend differ/],
    ["a protocol that the url is not of", { url, protocol: "http2" }, /^error WrongValue at \/spec: `protocol` says another scheme/],
    ["TLS that is spoken of and not spoken", { url, tls: { insecureSkipVerify: true } }, /^error WrongValue at \/spec: `tls` says how/],
    [
      "TLS of an image that is deployed and does not speak it",
      { deploy: { image: "pets", port: 80 }, protocol: "h2c", tls: { insecureSkipVerify: true } },
      /^error WrongValue at \/spec: `tls` says how/,
    ],
    [
      "TLS of a document's own url that is not spoken",
      { url },
      /^error WrongValue at .*\/backend: `tls` says how/,
      { backend: { url, tls: { insecureSkipVerify: true } } },
    ],
    ["a look at its health that has no path", { url, healthCheck: { active: {} } }, /^error WrongValue at \/spec: `path` is missing/],
    ["time that is none", { url, healthCheck: { active: { path: "/", interval: "0s" } } }, /interval: Nothing happens in no time/],
    ["more than Envoy counts", { url, circuitBreaker: { maxRequests: 5_000_000_000 } }, /maxRequests: /],
    ["a body larger than is held", { url }, /\/validation\/maxBody: A body so large/, { validation: { maxBody: "49Mi" } }],
    ["a body larger than is counted", { url }, /\/maxBody: Nobody counts/, { maxBody: "4Gi" }],
    [
      "a factor that Envoy has not",
      { url, retry: { attempts: 1, backoffFactor: 3 } },
      /^warning WrongValue at \/spec\/retry\/backoffFactor: /,
    ],
    [
      "steps that Envoy has not",
      { url, circuitBreaker: { window: { duration: "1s", bucket: "100ms", failurePercent: 50 } } },
      /^warning WrongValue at \/spec\/circuitBreaker\/window\/bucket: /,
    ],
    [
      "what a TargetEndpoint says itself",
      { url },
      /^error WrongValue at .*\/backend\/tls: `tls` is for the TargetEndpoint `pets` itself to say/,
      { backend: { name: "pets", tls: { insecureSkipVerify: true } } },
    ],
    [
      "a budget where only a TargetEndpoint has one",
      { url },
      /^error WrongValue at .*\/backend\/retry\/budgetPercent: /,
      { backend: { name: "pets", retry: { attempts: 1, budgetPercent: 5 } } },
    ],
    ["what is not done", { url, connectionPool: { waitTimeout: "1s" } }, /^error NotYet at \/spec\/connectionPool\/waitTimeout: /],
    [
      "two credentials",
      { url, credentials: { basic: { name: "a" }, bearer: { name: "b" } } },
      /^error WrongValue at \/spec\/credentials: Exactly one/,
    ],
    [
      "a budget of an operation's own",
      { url },
      /^error NotYet at .*\/x-portico\/retry\/budgetPercent: /,
      { retry: { attempts: 1, budgetPercent: 5 } },
    ],
  ];
  for (const [what, spec, expected, more] of cases)
    it(what, () => {
      const all = said(spec, more);
      assert.ok(
        all.some((one) => expected.test(one)),
        all.join("\n"),
      );
    });
});
