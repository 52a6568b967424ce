// An identity service for the stories: npm's oidc-provider, which may be told to change its keys, and to lie.
//
// node provider.mjs PACKAGES CALLBACK LANDING; it prints where it is, and is told by POST:
//   /story/keys/ALG     signs with a new key from now on
//   /story/lie/NAME     tells this lie in every ID token from now on; `none` ends it
//   /story/acr/VALUE    says that people were identified in this way
//   /story/sid/yes      names sessions, in ID tokens and logout tokens, from now on
//   /story/service/PORT sends logout tokens there
//   /story/again        sends the last of them again
// and by GET /story/outcome it says what was answered to the last of them.

import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const [packages, callback, landing] = process.argv.slice(2);
const require = createRequire(`${packages}/story.js`);
const { Provider } = require("oidc-provider");
const { SignJWT, base64url, decodeJwt, exportJWK, generateKeyPair, importJWK } = require("jose");

// What oidc-provider says to who uses it in earnest.
console.info = console.warn = () => {};

const server = createServer((request, response) => answer(request, response));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
const secret = "a secret: with colons & blanks";
let provider, key, stranger, lie = "none", acr, sid = false, made = 0, service, sent, outcome = "nothing was sent";

async function newKey(alg) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, kid: `key-${++made}`, use: "sig" };
}

async function begin(alg) {
  key = await newKey(alg);
  stranger = { ...(await newKey(alg)), kid: key.kid };
  provider = new Provider(issuer, {
    clients: [{
      client_id: "kanhe", client_secret: secret, redirect_uris: [callback], post_logout_redirect_uris: [landing],
      backchannel_logout_uri: new URL("/v1/session/oidc/logout", callback).href, backchannel_logout_session_required: sid,
      response_types: ["code"], grant_types: ["authorization_code"], id_token_signed_response_alg: alg,
    }],
    jwks: { keys: [key] },
    cookies: { keys: ["story"] },
    pkce: { required: () => true },
    claims: { openid: ["sub", "employee"], acr: null, auth_time: null },
    conformIdTokenClaims: false,
    features: { backchannelLogout: { enabled: true } },
    fetch: async (_, { body }) => deliver(await told(body.get("logout_token"), "logout+jwt")),
    enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256", "Ed25519", "EdDSA", "HS256"] },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, employee: `E-${sub}` }) }),
  });
  provider.use(async (context, next) => {
    await next();
    if (context.body?.id_token) context.body.id_token = await told(context.body.id_token);
  });
}

/** Sends a logout token where the service of the story is. */
async function deliver(token) {
  sent = token;
  const response = await fetch(`http://127.0.0.1:${service}/v1/session/oidc/logout`, {
    method: "POST", body: new URLSearchParams({ logout_token: token, state: "not ours to read" }),
  });
  const text = await response.text();
  outcome = [response.status, text && JSON.parse(text).code].filter(Boolean).join(" ");
  return new Response(null, { status: response.status });
}

/** The same token with one thing wrong, signed as the provider signs. */
async function told(token, typ) {
  const claims = decodeJwt(token), now = Math.floor(Date.now() / 1000), header = { alg: key.alg, kid: key.kid, typ };
  if (acr && !typ) claims.acr = acr;
  const lies = {
    none() {},
    nonce() { claims.nonce = "another"; },
    noNonce() { delete claims.nonce; },
    audience() { claims.aud = "another"; },
    audiences() { claims.aud = ["kanhe", "another"]; },
    party() { claims.azp = "another"; },
    issuer() { claims.iss = "https://another.example.cn"; },
    expired() { claims.exp = now - 120; },
    old() { claims.iat = now - 1200; },
    future() { claims.iat = now + 600; },
    subject() { delete claims.sub; },
    unknownKey() { header.kid = "key-0"; },
    event() { claims.events = { "https://another.example.cn/event": {} }; },
    nobody() { delete claims.sub; delete claims.sid; },
    nameless() { delete claims.jti; },
    type() { header.typ = "at+jwt"; },
  };
  lies[lie]?.();
  if (lie === "unsigned") return `${base64url.encode('{"alg":"none"}')}.${base64url.encode(JSON.stringify(claims))}.`;
  if (lie === "shared") {
    const signed = `${base64url.encode('{"alg":"HS256"}')}.${base64url.encode(JSON.stringify(claims))}`;
    return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
  }
  return new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(lie === "forged" ? stranger : key, key.alg));
}

async function answer(request, response) {
  const [, story, what, value] = request.url.split("/");
  if (story !== "story") return provider.callback()(request, response);
  if (what === "keys") await begin(value);
  if (what === "lie") lie = value;
  if (what === "acr") acr = value;
  if (what === "service") service = value;
  if (what === "again") await deliver(sent);
  if (what === "outcome") return response.end(outcome);
  if (what === "sid") {
    sid = true;
    await begin("RS256");
  }
  response.writeHead(204).end();
}

await begin("RS256");
console.log(issuer);
