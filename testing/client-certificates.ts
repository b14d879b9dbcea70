import { readFileSync } from "node:fs";
import { request } from "node:https";

/** A file of tests/fixtures/certificates. */
export const pem = (name: string): string => readFileSync(new URL(`../tests/fixtures/certificates/${name}`, import.meta.url), "utf8");

/** The status for a client that shows a certificate, or none. */
export const statusWithCertificate = (
  port: number,
  path: string,
  client: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> =>
  new Promise((resolve, reject) => {
    const shown = client === undefined ? {} : { cert: pem(`${client}.pem`), key: pem(`${client}.key`) };
    const options = { host: "127.0.0.1", port, path, headers: { ...headers }, rejectUnauthorized: false, agent: false };
    const asked = request({ ...options, ...shown }, (answer) => answer.resume().on("end", () => resolve(answer.statusCode ?? 0)));
    asked.once("error", reject).end();
  });
