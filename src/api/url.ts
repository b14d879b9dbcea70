import { z } from "zod";
import { under } from "./law.ts";

/**
 * The URL of something that requests are sent to. Never with credentials: those come from Secrets. The message does not repeat the
 * URL, since what is wrong with it may be a password.
 */
const wrong =
  "Not a URL that requests can be sent to. Write scheme, host and path, such as `https://pets.example.com/v1`: no credentials, no query, no fragment.";

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
