import { isJson } from "../text/media-type.ts";

/** How a body of a media type is read. Of what is opaque the media type alone counts. */
export type BodyKind = "json" | "form" | "multipart" | "text" | "opaque";

export function kindOf(essence: string): BodyKind {
  if (isJson(essence)) return "json";
  if (essence === "application/x-www-form-urlencoded") return "form";
  if (essence === "multipart/form-data") return "multipart";
  return essence === "text/plain" ? "text" : "opaque";
}
