import { z } from "zod";
import { under } from "./law.ts";

/** A quantity as Kubernetes writes it: `250m`, `64Mi`, `2`. */
export const quantity = z.union([
  z.int().min(0),
  z
    .string()
    .regex(
      /^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/,
      "Not a quantity. Write a number with a unit of Kubernetes', such as `250m` or `64Mi`.",
    ),
]);

/** A count or a share: `1`, `25%`. */
export const countOrPercent = z.union([
  z.int().min(0),
  z.string().regex(/^(100|[0-9]{1,2})%$/, "Not a share. Write a whole number or a percentage, such as `25%`."),
]);

/** A number of bytes: `500`, `10Mi`. */
export const byteCount = z
  .string()
  .regex(/^[1-9][0-9]*(Ki|Mi|Gi|Ti)?$/, "Not a number of bytes. Write a whole number with or without Ki, Mi, Gi or Ti, such as `10Mi`.");

const units: Readonly<Record<string, number>> = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, Ti: 1024 ** 4 };

/** The size of a body: Envoy counts bytes with 32 bits. */
export const bodySize = under(byteCount, {
  message: "Nobody counts so many bytes of a body. Write less than `4Gi`.",
  holds: (count) => bytesIn(count) < 4 * 1024 ** 3,
  cel: "quantity(self).isLessThan(quantity('4Gi'))",
});

/** So much of a body is held at most while it is looked at. */
const mostHeldMebibytes = 48;

/** The size of a body that is looked at as a whole. */
export const heldBodySize = under(byteCount, {
  message: `A body so large is not held to be looked at. Write \`${mostHeldMebibytes}Mi\` at most.`,
  holds: (count) => bytesIn(count) <= mostHeldMebibytes * 1024 ** 2,
  cel: `quantity(self).compareTo(quantity('${mostHeldMebibytes}Mi')) <= 0`,
});

/** What a number of bytes comes to. */
export function bytesIn(count: z.infer<typeof byteCount>): number {
  const [, digits = "0", unit = ""] = /^(\d+)(\D*)$/.exec(count) ?? [];
  return Number(digits) * (units[unit] ?? 1);
}
