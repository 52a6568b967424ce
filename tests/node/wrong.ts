// What the description of the interface does not have is refused before it runs; were it not, this file would not be taken.

import createClient from "openapi-fetch";
import type { paths } from "./openapi.d.ts";

const kanhe = createClient<paths>();

// @ts-expect-error there is no such path
await kanhe.GET("/v1/certificate");

// @ts-expect-error a question needs a text
await kanhe.POST("/v1/verify", { body: {} });

const { data } = await kanhe.POST("/v1/verify", { body: { text: "" } });

// @ts-expect-error a verdict is no number
export const verdict: number | undefined = data?.verdict;
