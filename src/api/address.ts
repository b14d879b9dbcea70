import { isIP } from "node:net";
import { z } from "zod";
import { under } from "./law.ts";

const wrong = "Not an address or range. Write it such as `10.1.2.3`, `10.0.0.0/8` or `2001:db8::/32`.";

/** An address or a range of them (CIDR, RFC 4632 and RFC 4291). */
export const addressRange = under(
  z
    .string()
    .max(49)
    .regex(/^[0-9a-fA-F.:]+(\/[0-9]{1,3})?$/, { error: wrong, abort: true }),
  { message: wrong, holds: isAddressRange, cel: "isCIDR(self) || isIP(self)" },
);

function isAddressRange(text: string): boolean {
  const [address = "", length, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return length === undefined || (/^[0-9]{1,3}$/.test(length) && Number(length) <= (version === 4 ? 32 : 128));
}

/** Client addresses that are let in or kept out, before any credential is looked at. */
export const addressLists = z.strictObject({
  allow: z.array(addressRange).min(1).max(256).optional().describe("Only clients with these addresses are let in."),
  deny: z.array(addressRange).min(1).max(256).optional().describe("Clients with these addresses are kept out, though `allow` lists them."),
});
