import type { LimitCondition, LimitKey, WantedValue } from "../../model/limit.ts";
import type { Security } from "../../model/security.ts";
import { anyOf, claimIs, claimText } from "./claim-expressions.ts";
import { client, hasCredential, isOfTier, isShown } from "./client-names.ts";
import { type Message, typed } from "./json.ts";
import { isListed } from "./limit-addresses.ts";
import { type Speaks, surely } from "./speaking.ts";

/**
 * One member of what tells a bucket of tokens from others (envoy: config.route.v3.RateLimit.Action), and what it must be for the bucket; undefined for
 * whatever it is, so that each value has a bucket of its own. Where a request has none of it, the limit does not count it.
 */
export interface Part {
  readonly action: Message;
  readonly key: string;
  readonly value: string | undefined;
}

/** What an operation looks for in its requests. */
export interface Asker {
  /** Those whose credentials are looked for. */
  readonly securities: readonly Security[];
  readonly speaks: Speaks;
  readonly addressLists: readonly (readonly string[])[];
}

const yes = "true";

/**
 * What is counted apart, as ways to count of which each request goes at least one.
 */
export function keyParts(key: LimitKey, { securities, speaks }: Asker): readonly (readonly Part[])[] {
  switch (key.by) {
    case "none":
      return [[]];
    case "address":
      return [[address]];
    case "header":
      return [
        [withLength(key.name, "short", "{0,256}"), headerText(key.name)],
        [withLength(key.name, "longer", "{257,}")],
        [without(key.name)],
      ];
    case "client":
      return byCredential(securities, { text: client, isTold: isShown, strangers: [address] });
    case "claim":
      return byCredential(
        securities.filter(({ token, asked }) => token !== undefined || asked?.kind === "token"),
        {
          text: (security) => claimText(security, key.name),
          // Who adds a token that is not surely his counts with those who show none, too.
          isTold: (security) => surely(`(${isShown(security)})`, speaks(security)),
          strangers: [],
        },
      );
  }
}

interface Credentials {
  readonly text: (security: Security) => string;
  /** That a credential keeps its bearer from counting with strangers. */
  readonly isTold: (security: Security) => string;
  readonly strangers: readonly Part[];
}

/** Each credential that is genuine counts for its own; what shows none counts for `strangers`. A client gains nothing by a second credential. */
function byCredential(securities: readonly Security[], { text, isTold, strangers }: Credentials): readonly (readonly Part[])[] {
  const known = securities.filter(hasCredential);
  return [
    ...known.map((security) => [named(security.name), holds(isShown(security), "shown"), textOf(text(security))]),
    known.length === 0 ? strangers : [holds(`!(${known.map(isTold).join(" || ")})`, "stranger"), ...strangers],
  ];
}

/** All conditions, or the first that holds: of several ways to count a request goes one, and all lead to the same bucket. */
export function conditionParts(conditions: readonly LimitCondition[], needsAll: boolean, asker: Asker): readonly (readonly Part[])[] {
  const name = (index: number): string => `condition${index}`;
  if (needsAll || conditions.length === 0) return [conditions.map((one, index) => conditionPart(one, name(index), asker))];
  return conditions.map((one, chosen) =>
    conditions.map((other, index) => {
      if (index > chosen) return named(yes, name(index));
      return conditionPart(index === chosen ? one : { ...other, isNot: !other.isNot }, name(index), asker);
    }),
  );
}

function conditionPart(condition: LimitCondition, key: string, asker: Asker): Part {
  const { isNot } = condition;
  const part = (action: Message): Part => ({ action, key, value: yes });
  const found = { descriptor_key: key, descriptor_value: yes };
  switch (condition.kind) {
    case "header": {
      const headers = [{ name: condition.name, ...matcher(condition.value) }];
      return part({ header_value_match: { ...found, expect_match: !isNot, headers } });
    }
    case "query": {
      const parameters = [{ name: condition.name, ...matcher(condition.value) }];
      return part({ query_parameter_value_match: { ...found, expect_match: !isNot, query_parameters: parameters } });
    }
    case "claim":
      return some(asker, isNot, (security) => claimIs(security, condition.name, condition.value), key);
    case "tier":
      return some(asker, isNot, (security) => isOfTier(security, condition.name), key);
    case "addresses":
      return holds(`${isNot ? "!" : ""}(${isListed(asker.addressLists, condition.ranges)})`, key);
  }
}

/** Whether something holds of one of the credentials that are looked for. That it holds of none is said only of what is surely the caller's: a second token takes nobody out of a limit. */
function some({ securities, speaks }: Asker, isNot: boolean, of: (security: Security) => string | undefined, key: string): Part {
  const found = securities.flatMap((security) => {
    const condition = of(security);
    if (condition === undefined) return [];
    return [isNot ? surely(condition, speaks(security)) : condition];
  });
  return holds(`${isNot ? "!" : ""}(${anyOf(found)})`, key);
}

function matcher(value: WantedValue): Message {
  if (value.kind === "any") return { present_match: true };
  if (value.kind === "exact") return { string_match: { exact: value.text } };
  return { string_match: { safe_regex: { regex: value.pattern } } };
}

/** Of IPv6 the network that one client has for itself counts: 64 bits (RFC 6177). */
const address: Part = {
  action: { masked_remote_address: { v4_prefix_mask_len: 32, v6_prefix_mask_len: 64 } },
  key: "masked_remote_address",
  value: undefined,
};

const headerText = (name: string): Part => ({
  action: { request_headers: { header_name: name, descriptor_key: "header" } },
  key: "header",
  value: undefined,
});

/** What is counted apart is kept by its value: whoever writes long ones is not to fill a memory with them. They count together. */
const withLength = (name: string, key: "short" | "longer", lengths: string): Part => ({
  action: {
    header_value_match: {
      descriptor_key: key,
      descriptor_value: yes,
      headers: [{ name, string_match: { safe_regex: { regex: `.${lengths}` } } }],
    },
  },
  key,
  value: yes,
});

const without = (name: string): Part => ({
  action: {
    header_value_match: {
      descriptor_key: "headerless",
      descriptor_value: yes,
      expect_match: false,
      headers: [{ name, present_match: true }],
    },
  },
  key: "headerless",
  value: yes,
});

const named = (value: string, key = "security"): Part => ({
  action: { generic_key: { descriptor_key: key, descriptor_value: value } },
  key,
  value,
});

/** An expression in CEL (envoy: rate_limit_descriptors.expr). */
const expression = (text: string, key: string): Message => ({
  extension: {
    name: "envoy.rate_limit_descriptors.expr",
    typed_config: typed("envoy.extensions.rate_limit_descriptors.expr.v3.Descriptor", { descriptor_key: key, text }),
  },
});

const holds = (condition: string, key: string): Part => ({ action: expression(condition, key), key, value: yes });

const textOf = (text: string): Part => ({ action: expression(text, "value"), key: "value", value: undefined });
