import type { Node } from "../../text/node.ts";
import { preferredType } from "./accept.ts";
import { bodyText } from "./body.ts";
import { type Example, type Offer, offersOf } from "./offers.ts";
import { type Preferences, readPrefer, showPreference } from "./prefer.ts";
import { mockErrors, refusal } from "./refusal.ts";
import type { MockReply } from "./reply.ts";
import { responseHeaders } from "./response-headers.ts";
import { type ChosenResponse, defaultResponse, documentedCodes, responseWithCode } from "./responses.ts";
import type { Follow } from "./schema.ts";

/** What a document says about an operation's answers. */
export interface MockSource {
  /** The operation's `responses`. */
  readonly responses: Node;
  /** Version 2.0: the media types that the operation, else the document, produces. */
  readonly produces: readonly string[];
  readonly format: "2.0" | "3";
  readonly follow: Follow;
}

/** The header fields by which a request chooses among the documented answers, and the id that it has. Undefined where it has none. */
export interface MockWishes {
  readonly prefer: string | undefined;
  readonly accept: string | undefined;
  readonly requestId: string | undefined;
}

const empty: MockReply = { status: 200, mediaType: undefined, headers: [], body: "" };

/** Statuses whose answers have no body (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5). */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

/** The answer to a request that asks for none in particular. Without any documented response it is a 200 without a body. */
export function defaultReply(source: MockSource): MockReply {
  const chosen = defaultResponse(source.responses);
  if (chosen === undefined) return empty;
  const [offer] = representations(source, chosen);
  return reply(source, chosen, offer, offer?.examples[0]);
}

/**
 * The answer to a request with a Prefer field (RFC 7240: `code=404`, `example=name`) or an Accept field (RFC 9110, section 12.5.1).
 * What the document does not have is answered 400, and 406 when it has no media type that is accepted; each names what there is.
 */
export function chosenReply(source: MockSource, { prefer, accept, requestId }: MockWishes): MockReply {
  const { code, example: name } = readPrefer(prefer);
  const chosen = code === undefined ? defaultResponse(source.responses) : responseWithCode(source.responses, code);
  if (code !== undefined && chosen === undefined) return noSuchCode(source, requestId);
  const offers = chosen === undefined ? [] : representations(source, chosen);
  const suiting = name === undefined ? offers : offers.filter(({ examples }) => examples.some((example) => example.name === name));
  if (name !== undefined && suiting.length === 0) return noSuchExample(offers, requestId);
  const index = preferredType(
    accept,
    suiting.map(({ mediaType }) => mediaType),
  );
  if (index === undefined && suiting.length > 0) return notAcceptable(suiting, requestId);
  const offer = suiting[index ?? 0];
  const example = offer?.examples.find((one) => name === undefined || one.name === name);
  const made = chosen === undefined ? empty : reply(source, chosen, offer, example);
  return withApplied(made, { code, example: name });
}

/** Says which preferences were honoured (RFC 7240, section 3). */
function withApplied(reply: MockReply, preferences: Preferences): MockReply {
  const applied = Object.entries(preferences)
    .flatMap(([name, value]) => (value === undefined ? [] : [showPreference(name, value)]))
    .join(", ");
  // A name that is not plain ASCII cannot be said in a header.
  return applied === "" || /[^ -~]/.test(applied) ? reply : { ...reply, headers: [...reply.headers, ["preference-applied", applied]] };
}

function representations({ produces, format, follow }: MockSource, { status, response }: ChosenResponse): readonly Offer[] {
  return bodiless.has(status) ? [] : offersOf(follow(response), produces, format, follow);
}

function reply(
  source: MockSource,
  { status, response }: ChosenResponse,
  offer: Offer | undefined,
  example: Example | undefined,
): MockReply {
  const headers = responseHeaders(source.follow(response), source.format, source.follow);
  if (offer === undefined) return { status, mediaType: undefined, headers, body: "" };
  return { status, mediaType: offer.mediaType, headers, body: bodyText(offer, example, source.follow) };
}

function noSuchCode({ responses }: MockSource, requestId: string | undefined): MockReply {
  const codes = documentedCodes(responses);
  const there = codes.length === 0 ? "It documents none." : `It documents ${codes.join(", ")}. Ask for one of them with Prefer: code=.`;
  const detail = `The operation does not document this response. ${there}`;
  return refusal(mockErrors.notDocumented, detail, requestId);
}

function noSuchExample(offers: readonly Offer[], requestId: string | undefined): MockReply {
  const names = new Set(offers.flatMap(({ examples }) => examples.flatMap(({ name }) => name ?? [])));
  const there =
    names.size === 0 ? "It has none with a name." : `It has ${[...names].join(", ")}. Ask for one of them with Prefer: example=.`;
  const detail = `The response does not have this example. ${there}`;
  return refusal(mockErrors.notDocumented, detail, requestId);
}

function notAcceptable(offers: readonly Offer[], requestId: string | undefined): MockReply {
  const types = [...new Set(offers.map(({ mediaType }) => mediaType))].join(", ");
  const detail = `The response has no representation that is accepted. It has ${types}. Name one of them in Accept.`;
  return refusal(mockErrors.notAcceptable, detail, requestId);
}
