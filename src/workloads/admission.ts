import { type OperatorManifest, operatorLabels, operatorName } from "./operator-object.ts";

/** What not everybody may change who may write a kind, beside what the kind's own schema says of all. */
interface Restriction {
  /** The kind's resource. */
  readonly resource: string;
  /** Which part of the object it is about, from the spec on. */
  readonly part: readonly string[];
  /** What must be in that part for it to ask for anything; left out for the part itself. */
  readonly with?: string;
  /** What the writer must be allowed to create in the object's namespace. */
  readonly creates: { readonly group: string; readonly resource: string };
  /** What the operator does because of it. */
  readonly does: string;
}

const deployments = { group: "apps", resource: "deployments" };

const runs = "runs pods here, and shows them Secrets";

const exposed = (field: string, group: string, resource: string): Restriction => ({
  resource: "apis",
  part: ["expose"],
  with: field,
  creates: { group, resource },
  does: "says how the world reaches the gateway",
});

/**
 * What the operator does for somebody that he could not do himself would be a way around his rights. A gateway is pods that do what documents, functions, patches and images say, with the
 * Secrets that an API and what it refers to name: to write any of it is worth what a Deployment is worth, as Kubernetes itself counts that.
 */
const restrictions: readonly Restriction[] = [
  { resource: "apis", part: [], creates: deployments, does: runs },
  exposed("service", "", "services"),
  exposed("ingress", "networking.k8s.io", "ingresses"),
  exposed("httpRoute", "gateway.networking.k8s.io", "httproutes"),
  { resource: "targetendpoints", part: [], creates: deployments, does: runs },
  { resource: "securities", part: [], creates: deployments, does: runs },
];

/** Whether the part is there and is not what it was; a new object was nothing before (CEL; Kubernetes: `object`, `oldObject`). */
function changes({ part, with: field }: Restriction): string {
  const path = ["spec", ...part];
  const has = (root: string, steps: readonly string[]): string =>
    steps.map((_, index) => `has(${[root, ...steps.slice(0, index + 1)].join(".")})`).join(" && ");
  const at = (root: string): string => [root, ...path].join(".");
  const isThere = has("object", field === undefined ? path : [...path, field]);
  return `${isThere} && !(oldObject != null && ${has("oldObject", path)} && ${at("oldObject")} == ${at("object")})`;
}

function validation(restriction: Restriction) {
  const { part, with: field, creates, does } = restriction;
  const { group, resource } = creates;
  const right = `create ${resource}${group === "" ? "" : `.${group}`}`;
  const allowed = `authorizer.group('${group}').resource('${resource}').namespace(request.namespace).check('create').allowed()`;
  const where = ["spec", ...part, ...(field === undefined ? [] : [field])].join(".");
  return {
    expression: `!(${changes(restriction)}) || ${allowed}`,
    reason: "Forbidden",
    message: `\`${where}\` ${does}: who writes it must be allowed to ${right} in this namespace. Ask for that right (\`kubectl auth can-i ${right}\` says whether you have it), or leave it as it is.`,
  };
}

/**
 * What holds people's objects to their writers' rights: a policy and its binding for each kind (Kubernetes: "Validating Admission Policy", "Authorizer" in "CEL in
 * Kubernetes"). The operator's own changes pass: it leaves specs as they are.
 */
export function admissionPolicies(): readonly OperatorManifest[] {
  const byResource = Map.groupBy(restrictions, ({ resource }) => resource);
  return [...byResource].flatMap(([resource, ofResource]) => {
    const metadata = { name: `${operatorName}-${resource}`, labels: operatorLabels };
    return [
      {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingAdmissionPolicy",
        metadata,
        spec: {
          failurePolicy: "Fail",
          matchConstraints: {
            resourceRules: [{ apiGroups: ["portico.dev"], apiVersions: ["*"], operations: ["CREATE", "UPDATE"], resources: [resource] }],
          },
          validations: ofResource.map(validation),
        },
      },
      {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingAdmissionPolicyBinding",
        metadata,
        spec: { policyName: metadata.name, validationActions: ["Deny"] },
      },
    ];
  });
}
