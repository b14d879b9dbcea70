import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { testApi } from "../../testing/model.ts";
import { tokensFile } from "../compile/envoy/tokens.ts";
import { noValues } from "../model/values.ts";
import { withAbsentees } from "./absent-security.ts";

/** The sets of Securities that tokens are looked for by, where `user` (jwt) and `partner` (apiKey) are gone. */
function setsOfTokens(partner: { readonly takesTokens: boolean }): readonly string[] {
  const credentialSets = [["partner", "user"], ["partner"]];
  const asked = { locations: [], decides: "", asksAgent: false };
  const manifest = {
    contract: 1,
    inputHash: "",
    apis: [
      {
        ...{ name: testApi.name, version: "1", hosts: [], basePath: "", operations: 1, backends: [], credentialSets, globalLimits: [] },
        securities: [
          { name: "user", ...asked, takesTokens: true },
          { name: "partner", ...asked, ...partner },
        ],
      },
    ],
  };
  const { verifiers } = withAbsentees(manifest)(testApi);
  const [filter] = JSON.parse(tokensFile(verifiers, credentialSets, noValues)).resources;
  return Object.keys(filter.typed_config.requirement_map);
}

describe("a Security that is gone", () => {
  it("is asked for tokens where the image's routes do so, and nowhere else", () => {
    assert.deepEqual(setsOfTokens({ takesTokens: false }), ["user"]);
  });

  it("counts as one that takes tokens where an older image does not say", () => {
    assert.deepEqual(setsOfTokens({ takesTokens: true }), ["partner,user", "partner"]);
  });
});
