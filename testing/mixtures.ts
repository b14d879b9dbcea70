interface MixedDocument {
  readonly paths: object;
  readonly components: { readonly securitySchemes: object };
}

/** A document whose operations ask for each mixture of so many Securities, one of each. */
export function mixtures(securities: number): { readonly names: readonly string[]; readonly document: MixedDocument } {
  const names = Array.from({ length: securities }, (_, index) => `s${index}`);
  const sets = Array.from({ length: 2 ** securities - 1 }, (_, index) => names.filter((_name, bit) => ((index + 1) >> bit) % 2 === 1));
  const paths = sets.map((set, index) => [`/${index}`, { get: { security: set.map((name) => ({ [name]: [] })), responses: { 204: {} } } }]);
  const document = {
    openapi: "3.1.0",
    info: { title: "Pets", version: "1" },
    "x-portico": { mock: true },
    paths: Object.fromEntries(paths),
    components: { securitySchemes: Object.fromEntries(names.map((name) => [name, { type: "http", scheme: "bearer" }])) },
  };
  return { names, document };
}

const jwks = { inline: '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}' };

/** A Security that believes so many issuers. */
export const tokenSecurity = (issuers: number): object => ({
  type: "jwt",
  jwt: { issuers: Array.from({ length: issuers }, (_, index) => ({ issuer: `https://${index}.test`, jwks })) },
});
