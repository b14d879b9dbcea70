import { z } from "zod";
import { under } from "./law.ts";

/**
 * The URL of something that requests are sent to. Never with credentials: those come from Secrets. The message does not repeat the
 * URL, since what is wrong with it may be a password.
 */
const wrong =
  "Not a URL that requests can be sent to. Write scheme, host and path, such as `https://pets.example.com/v1`: no credentials, no query, no fragment.";

/** Several of them, each once: naming one twice gives it no larger share. */
export const httpUrls = (): z.ZodType<string[]> =>
  under(z.array(httpUrl).min(1).max(64), {
    message: "A url stands here twice, which gives it no larger share. Name each once.",
    holds: (urls) => new Set(urls).size === urls.length,
  });

export const httpUrl = under(
  z
    .string()
    .max(2048)
    .regex(/^https?:\/\/[^\s/?#@\\{}]+(\/[^\s?#\\]*)?$/, { error: wrong, abort: true }),
  {
    message: wrong,
    holds: (url) => URL.canParse(url),
    cel: "isURL(self) && (url(self).getPort() == '' || int(url(self).getPort()) <= 65535)",
  },
);
