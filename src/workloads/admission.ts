import { type OperatorManifest, operatorLabels, operatorName } from "./operator-object.ts";

/** What only some may change in objects of a kind, beside what the kind's own schema says of everybody's. */
interface Restriction {
  /** The kind's resource. */
  readonly resource: string;
  /** Whether the object asks for it, and in a way that differs from before (CEL; it is `object`, before it was `oldObject`, undefined for a new one). */
  readonly asks: string;
  /** The right that a person needs in the object's namespace: one of them. */
  readonly needs: readonly Right[];
  /** Said to who has none of them. */
  readonly field: string;
}

interface Right {
  readonly verb: "create" | "get";
  readonly group: string;
  readonly resource: string;
}

const deployments: Right = { verb: "create", group: "apps", resource: "deployments" };
const secrets: Right = { verb: "get", group: "", resource: "secrets" };

/** Whether a field is there and is not what it was. */
const changed = (...path: readonly string[]): string => {
  const has = (root: string): string => path.map((_, index) => `has(${[root, ...path.slice(0, index + 1)].join(".")})`).join(" && ");
  const [now, before] = [["object", ...path].join("."), ["oldObject", ...path].join(".")];
  return `${has("object")} && !(oldObject != null && ${has("oldObject")} && ${before} == ${now})`;
};

/** Whether a field is there, and anything at all differs: what a Secret's value is sent to may stand elsewhere. */
const present = (...path: readonly string[]): string => {
  const has = path.map((_, index) => `has(${["object", ...path.slice(0, index + 1)].join(".")})`).join(" && ");
  return `${has} && !(oldObject != null && oldObject.spec == object.spec)`;
};

const exposed = (field: string, group: string, resource: string): Restriction => ({
  resource: "apis",
  asks: changed("spec", "expose", field),
  needs: [{ verb: "create", group, resource }],
  field: `expose.${field}`,
});

/**
 * What the operator does for somebody that he could not do himself would be a way around his rights: who may write the kinds alone gets no pods of his own making, no
 * Secret's value, and no place in front of the cluster.
 */
const restrictions: readonly Restriction[] = [
  { resource: "apis", asks: changed("spec", "podTemplate"), needs: [deployments], field: "podTemplate" },
  {
    resource: "apis",
    asks: `${changed("spec", "env")} && object.spec.env.exists(one, has(one.valueFrom) && has(one.valueFrom.secretKeyRef))`,
    needs: [deployments, secrets],
    field: "env[].valueFrom.secretKeyRef",
  },
  exposed("service", "", "services"),
  exposed("ingress", "networking.k8s.io", "ingresses"),
  exposed("httpRoute", "gateway.networking.k8s.io", "httproutes"),
  { resource: "targetendpoints", asks: changed("spec", "deploy"), needs: [deployments], field: "deploy" },
  { resource: "targetendpoints", asks: present("spec", "credentials"), needs: [deployments, secrets], field: "credentials" },
  { resource: "securities", asks: present("spec", "oauth2"), needs: [deployments, secrets], field: "oauth2" },
];

const isAllowed = ({ verb, group, resource }: Right): string =>
  `authorizer.group('${group}').resource('${resource}').namespace(request.namespace).check('${verb}').allowed()`;

const named = ({ verb, group, resource }: Right): string => `${verb} ${resource}${group === "" ? "" : `.${group}`}`;

const validation = ({ asks, needs, field }: Restriction) => ({
  expression: `!(${asks}) || ${needs.map(isAllowed).join(" || ")}`,
  reason: "Forbidden",
  message: `spec.${field} does what needs a right of its own here: ${needs.map(named).join(", or ")}. Ask for it (kubectl auth can-i ${needs.map(named)[0]}), or leave the field as it is.`,
});

/**
 * What holds people's objects to their writers' rights: a policy and its binding for each kind that has such fields (Kubernetes: "Validating Admission Policy", "Authorizer" in
 * "CEL in Kubernetes"). The operator's own changes pass: it leaves these fields as they are.
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
