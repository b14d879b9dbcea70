import { type Message, typed } from "./json.ts";
import { literalRegex } from "./pattern.ts";
import type { Branch, Candidate, PathTree, Question } from "./tree/tree.ts";

/** The raw path with its query: the one input that Envoy's matchers have of it. */
const pathInput = { name: "path", typed_config: typed("envoy.type.matcher.v3.HttpRequestHeaderMatchInput", { header_name: ":path" }) };

/**
 * The matcher of a virtual host (envoy: config.route.v3.VirtualHost.matcher): a map of literal prefixes, below it questions, at the ends
 * lists of routes. Envoy's map takes the longest prefix; every list ends with its own 404, so no shorter one is asked. What no prefix is of has no
 * route, which is a 404 too.
 */
export function pathMatcher<C extends Candidate>(
  tree: PathTree<C>,
  routesOf: (candidate: C) => readonly Message[],
  notFound: Message,
): Message {
  const list = (candidates: readonly C[]): Message => ({
    action: {
      name: "routes",
      typed_config: typed("envoy.config.route.v3.RouteList", { routes: [...candidates.flatMap(routesOf), notFound] }),
    },
  });
  const onMatch = (branch: Branch<C>): Message =>
    branch.kind === "list"
      ? list(branch.candidates)
      : {
          matcher: {
            matcher_list: { matchers: [{ predicate: asks(branch.question), on_match: onMatch(branch.yes) }] },
            on_no_match: onMatch(branch.no),
          },
        };
  return {
    matcher_tree: {
      input: pathInput,
      prefix_match_map: { map: Object.fromEntries([...tree.prefixes].map(([prefix, branch]) => [prefix, onMatch(branch)])) },
    },
  };
}

function asks(question: Question): Message {
  return { single_predicate: { input: pathInput, value_match: { safe_regex: { google_re2: {}, regex: questionRegex(question) } } } };
}

/** A question as an expression for the whole raw path: the segment it asks of, and whatever may follow. */
function questionRegex({ segment, oneOf }: Question): string {
  const before = segment === 0 ? "" : `(?:/[^/?]*){${segment}}`;
  const rest = "(?:[/?](?s:.*))?";
  return oneOf === undefined ? `${before}/(?s:.*)` : `${before}/(?:${oneOf.map(literalRegex).join("|")})${rest}`;
}
