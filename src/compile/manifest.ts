import { createHash } from "node:crypto";
import { type ApiModel, isPublished } from "../model/api.ts";
import { type PatchBody, patchBodies } from "../model/patch.ts";
import type { CredentialLocation, CredentialSet, Security } from "../model/security.ts";

/** The form of the image part, which who mounts the other part has to know. */
export const contract = 1;

/** An API of a gateway, and the document that the world may see of it, as JSON. */
export interface CompiledApi {
  readonly model: ApiModel;
  readonly published: string;
}

/** What an image says of itself, so that it can be deployed where no document is. Of an environment it names backends only. */
export interface GatewayManifest {
  readonly contract: number;
  /** SHA-256 in hexadecimal over everything that the image is made from. The same input gives the same image. */
  readonly inputHash: string;
  readonly apis: readonly ManifestApi[];
}

interface ManifestApi {
  readonly name: string;
  readonly version: string;
  /** Left out where nobody is said to own it. */
  readonly owner: string | undefined;
  readonly hosts: readonly string[];
  readonly basePath: string;
  /** The form of errors; left out for RFC 9457's. */
  readonly errors: ApiModel["errors"];
  /** How many. */
  readonly operations: number;
  /** The names of the backends whose addresses the environment has to supply. */
  readonly backends: readonly string[];
  /** What the environment has to supply to check credentials with. */
  readonly securities: readonly ManifestSecurity[];
  readonly credentialSets: readonly CredentialSet[];
  /** The names of the limits for which the environment has to supply a service that counts for all gateways. */
  readonly globalLimits: readonly string[];
  /** The hash of what requests are held against; left out where they are not. */
  readonly validators: string | undefined;
  /** The functions that see messages; left out where none do. */
  readonly interceptors: ManifestInterceptors | undefined;
  /** Whether answers are kept; left out where none are. */
  readonly keepsAnswers: true | undefined;
  /** What is changed of the environment's part, too; left out for nothing. */
  readonly patches: readonly PatchBody[] | undefined;
}

interface ManifestInterceptors {
  readonly hash: string;
  readonly mayConnect: boolean;
}

interface ManifestSecurity {
  readonly name: string;
  readonly locations: readonly CredentialLocation[];
  /** A hash of how its credentials are judged, which is in the image: an environment whose Security judges them otherwise is another one's. */
  readonly decides: string;
  /** Whether the policy agent checks its credentials. */
  readonly asksAgent: boolean;
  /** Whether its credentials are signed tokens, or may be. */
  readonly takesTokens: boolean;
}

/** The manifest of a gateway that an engine makes from these APIs. */
export function gatewayManifest(apis: readonly CompiledApi[], engine: string): GatewayManifest {
  return {
    contract,
    inputHash: inputHash(apis, engine),
    apis: apis.map(
      ({
        model: {
          name,
          version,
          owner,
          hosts,
          basePath,
          errors,
          operations,
          validation,
          interception,
          keepsAnswers,
          patches,
          backends,
          securities,
          credentialSets,
          limits,
        },
      }) => ({
        name,
        version,
        owner,
        hosts,
        basePath,
        errors,
        operations: operations.filter(({ answer }) => !isPublished(answer)).length,
        backends: backends.map((backend) => backend.name),
        securities: securities.map((security) => ({
          name: security.name,
          locations: security.locations,
          decides: decisionHash(security),
          asksAgent: security.asked !== undefined,
          takesTokens: security.token !== undefined,
        })),
        credentialSets,
        globalLimits: limits.filter(({ scope }) => scope.kind === "global").map((limit) => limit.name),
        validators: validation?.hash,
        interceptors: interception && { hash: interception.hash, mayConnect: interception.mayConnect },
        keepsAnswers,
        patches: patches && patchBodies(patches),
      }),
    ),
  };
}

/**
 * The hash of the image's part of the models, and of the documents that are published: no address of a backend, and no place in a document,
 * for a moved line changes nothing.
 */
function inputHash(apis: readonly CompiledApi[], engine: string): string {
  const hash = createHash("sha256").update(canonical({ contract, engine }));
  for (const { model, published } of apis) {
    const { operations, backends, patches, verifiers: _, ...api } = model;
    hash.update(published);
    hash.update(
      canonical({
        ...api,
        backends: backends.map(({ name }) => name),
        operations: operations.length,
        patches: patches && patchBodies(patches),
      }),
    );
    for (const { where: _, ...operation } of operations) hash.update(canonical(operation));
  }
  return hash.digest("hex");
}

/** A hash of how a Security's credentials are judged, in hexadecimal. */
export const decisionHash = (security: Security): string => createHash("sha256").update(canonical(security)).digest("hex").slice(0, 16);

/** A line of JSON in which the order of members does not depend on how a value was made. */
const canonical = (value: object): string => `${JSON.stringify(value, (_, part: unknown) => sorted(part))}\n`;

const sorted = (part: unknown): unknown =>
  typeof part === "object" && part !== null && !Array.isArray(part)
    ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : part;
