import type { AgentInterceptors, AgentValidators } from "../../model/agent.ts";
import { type ApiModel, isPublished } from "../../model/api.ts";
import type { ErrorForm } from "../../model/error-form.ts";
import type { Patch } from "../../model/patch.ts";
import { verifiersOf } from "../../model/references.ts";
import type { Engine, Environment, GatewayFiles, RefusedPatch } from "../engine.ts";
import { interceptorFiles, interceptorFolder } from "../interceptor-files.ts";
import { validatorFiles, validatorsPath } from "../validators.ts";
import { agentFile } from "./agent-file.ts";
import { backendSecretFiles } from "./backend-secrets.ts";
import { blockedFile } from "./blocked-clients.ts";
import { bootstrap } from "./bootstrap.ts";
import { keepsAnswers } from "./cache-listeners.ts";
import { addressesFile } from "./client-addresses.ts";
import { clusters } from "./clusters.ts";
import { idHeader } from "./errors.ts";
import { discoveryFile, type Message } from "./json.ts";
import { keptRoutes } from "./kept-answers.ts";
import { type Certificates, keysFile } from "./keys.ts";
import { countedOperations } from "./limits.ts";
import { listeners, tlsSecret, trustSecret } from "./listeners.ts";
import { metricNames } from "./metrics.ts";
import { directMocks, longestDirectBody } from "./mock-route.ts";
import { routeConfigurationName } from "./names.ts";
import { listenerPatches, patched, patchesFile, type Refusing, routesPatches } from "./patches.ts";
import { pathRoutes } from "./path-routes.ts";
import { refusalHeader } from "./refusals.ts";
import { tokensFile } from "./tokens.ts";
import { virtualHosts } from "./virtual-hosts.ts";

/** The default engine: Envoy, from files that it watches. */
export const envoy: Engine = { name: "envoy", compile: (apis, environment) => compile(apis, environment, () => {}), refusedPatches };

function refusedPatches(apis: readonly ApiModel[], environment: Environment): readonly RefusedPatch[] {
  const refused = new Map<Patch, RefusedPatch>();
  if (apis.some(({ patches }) => patches !== undefined))
    compile(apis, environment, (patch, why) => {
      refused.set(patch, { patch, why });
    });
  return [...refused.values()];
}

function compile(apis: readonly ApiModel[], environment: Environment, refusing: Refusing): GatewayFiles {
  const { listener, values } = environment;
  const verifiers = verifiersOf(apis);
  return new Map([
    ["image/routes.json", discoveryFile("envoy.config.route.v3.RouteConfiguration", [routes(apis, environment, refusing)])],
    ...(keepsAnswers(apis)
      ? [["image/kept.json", discoveryFile("envoy.config.route.v3.RouteConfiguration", [keptRoutes(apis)])] as const]
      : []),
    ["mounted/bootstrap.json", `${JSON.stringify(bootstrap(environment.neighbourhood))}\n`],
    [
      "mounted/listeners.json",
      discoveryFile(
        "envoy.config.listener.v3.Listener",
        listeners(environment, {
          form: formOf(apis, environment),
          identities: identityNames(apis),
          asksCertificates: verifiers.some(({ trust }) => trust !== undefined),
          keptWithout: keepsAnswers(apis) ? credentialHeadersOf(apis) : undefined,
          patching: (listener) => patched(listener, listenerPatches(apis), refusing),
        }),
      ),
    ],
    ["mounted/clusters.json", discoveryFile("envoy.config.cluster.v3.Cluster", clusters(apis, environment, refusing))],
    [
      "mounted/tokens.json",
      tokensFile(
        verifiers,
        apis.flatMap(({ credentialSets }) => credentialSets),
        values,
      ),
    ],
    ["mounted/blocked.json", blockedFile(verifiers)],
    ["mounted/keys.json", keysFile(verifiers, certificatesOf(apis), values)],
    ...addressesFile(environment.addresses),
    ...patchesFile(apis),
    ...agentFile(verifiers, validatorsOf(apis), environment, interceptorsOf(apis), formOf(apis, environment)),
    ...validatorFiles(apis),
    ...interceptorFiles(apis),
    ...backendSecretFiles(apis, values),
    ...(listener.tls
      ? [
          [
            "mounted/trust.json",
            discoveryFile("envoy.extensions.transport_sockets.tls.v3.Secret", [trustSecret(verifiers, values)]),
          ] as const,
          [
            "mounted/certificate.json",
            discoveryFile("envoy.extensions.transport_sockets.tls.v3.Secret", [tlsSecret(listener.tls)]),
          ] as const,
        ]
      : []),
  ]);
}

const credentialHeadersOf = (apis: readonly ApiModel[]): readonly string[] =>
  apis.flatMap(({ securities }) =>
    securities.flatMap(({ locations }) => locations.flatMap((one) => (one.in === "header" ? [one.name.toLowerCase()] : []))),
  );

const validatorsOf = (apis: readonly ApiModel[]): readonly AgentValidators[] =>
  apis.flatMap(({ name, validation }) =>
    validation === undefined ? [] : [{ api: name, file: validatorsPath(name, validation.hash), hash: validation.hash }],
  );

const interceptorsOf = (apis: readonly ApiModel[]): readonly AgentInterceptors[] =>
  apis.flatMap(({ name, interception }) =>
    interception === undefined ? [] : [{ folder: interceptorFolder(name, interception.hash), mayConnect: interception.mayConnect }],
  );

const formOf = (apis: readonly ApiModel[], { errors }: Environment): ErrorForm => errors ?? apis[0]?.errors ?? "problem";

const certificatesOf = (apis: readonly ApiModel[]): Certificates =>
  new Map(
    apis.flatMap(({ securities }) =>
      securities.flatMap(({ name, certificate }) => (certificate === undefined ? [] : [[name, certificate] as const])),
    ),
  );

function routes(apis: readonly ApiModel[], { debug }: Environment, refusing: Refusing): Message {
  const direct = directMocks(apis);
  const counted = countedOperations(apis);
  const settings = { directMocks: direct, metricNames: metricNames(apis), limits: counted.metadata, debug, refusing };
  const made = {
    name: routeConfigurationName,
    ignore_port_in_host_matching: true,
    // Envoy's own switch for this would take the id from a request that it has not cleaned yet, too.
    response_headers_to_add: [idHeader("%REQ(X-REQUEST-ID)%")],
    response_headers_to_remove: [refusalHeader],
    max_direct_response_body_size_bytes: longestDirectBody([
      ...direct,
      ...apis.flatMap(({ operations }) => operations.filter(({ answer }) => isPublished(answer))),
    ]),
    ...withoutIdentities(apis),
    ...(counted.metadata.size > 0 ? { typed_per_filter_config: counted.filters } : {}),
    virtual_hosts: virtualHosts(apis, (entry) => pathRoutes(entry, settings)),
  };
  return patched(made, routesPatches(apis), refusing);
}

/** The headers in which backends are told who calls, as far as no credential stands in them: those are taken out before anything looks at them. */
function identityNames(apis: readonly ApiModel[]): readonly string[] {
  const shown = new Set(credentialHeadersOf(apis));
  const names = identitiesOf(apis).map((header) => header.toLowerCase());
  return [...new Set(names)].filter((name) => !shown.has(name)).toSorted();
}

const identitiesOf = (apis: readonly ApiModel[]): readonly string[] =>
  apis.flatMap(({ securities }) => securities.flatMap(({ identity }) => identity.map(({ header }) => header)));

/** No client says who it is in the headers in which backends are told: they are taken out everywhere, before a route writes its own. */
function withoutIdentities(apis: readonly ApiModel[]): Message {
  const headers = identitiesOf(apis);
  if (headers.length === 0) return {};
  return { request_headers_to_remove: [...new Set(headers)].toSorted(), most_specific_header_mutations_wins: true };
}
