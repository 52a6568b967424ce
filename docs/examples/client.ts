// Issues a certificate, shows it, verifies its QR text, suspends it, and sees the counter's answer change.
//
// npx openapi-typescript $KANHE_URL/v1/openapi.json --output openapi.d.ts
// KANHE_URL=http://127.0.0.1:8470 KANHE_KEY=kanhe_… node client.ts application.json

import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./openapi.d.ts";

type Problem = components["schemas"]["Problem"];

const { KANHE_URL: baseUrl, KANHE_KEY: key } = process.env;
const kanhe = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}`, "Accept-Language": "en" } });
const grounds = { basis: "《行政许可法》第三十八条", reason: "符合法定条件" };

/** What was answered; a refusal is a problem document (RFC 9457), whose code never changes. */
function right<T>({ data, error }: { data?: T; error?: Problem }): T {
  if (error) {
    console.error(`${error.code}: ${error.title}. ${error.hint ?? ""}`);
    process.exit(1);
  }
  return data as T;
}

const application = JSON.parse(readFileSync(process.argv[2]!, "utf8"));
const issued = right(await kanhe.POST("/v1/certificates", { body: { type: "special-work-operator", application, ...grounds } }));
const { identifier, condition, seal } = issued.certificate;
console.log("issued   ", identifier, issued.result === "issued" ? "in" : "before, in", condition);

const one = { params: { path: { identifier } } };
const shown = right(await kanhe.GET("/v1/certificates/{identifier}", one));
console.log("holder   ", shown.holders[0]?.name, shown.holders[0]?.code);

async function counter() {
  const verdict = right(await kanhe.POST("/v1/verify", { body: { text: seal } }));
  return `${verdict.verdict} (${verdict.code}): ${verdict.message.en}`;
}

console.log("counter  ", await counter());
right(await kanhe.POST("/v1/certificates/{identifier}/suspend", { ...one, body: { basis: "《行政处罚法》第九条", reason: "限期整改" } }));
right(await kanhe.POST("/v1/publish"));
console.log("suspended", await counter());
