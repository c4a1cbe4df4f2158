// The hub's OAuth 2 provider as openid-client and jose see it. Reads facts as JSON, prints one line for each thing done.
import { readFileSync } from "node:fs";
import * as jose from "jose";
import * as client from "openid-client";

const given = JSON.parse(readFileSync(0, "utf8"));
const plain = { execute: [client.allowInsecureRequests], algorithm: "oauth2" };
const discover = (id, authentication) => client.discovery(new URL(given.address), id, undefined, authentication, plain);
const me = new URL("/api/v1/me", given.address);
const say = (...words) => console.log(words.join(" "));

async function who(config, tokens, options) {
  const answer = await client.fetchProtectedResource(config, tokens.access_token, me, "GET", undefined, undefined, options);
  return answer.status === 200 ? (await answer.json()).actor : answer.status;
}

const basic = await discover("batch", client.ClientSecretBasic(given.secret));
say("discovered", basic.serverMetadata().issuer === given.address);

const machine = await client.clientCredentialsGrant(basic, { scope: "record:query" });
say("client_secret_basic", machine.token_type, machine.scope, await who(basic, machine));

const keys = jose.createRemoteJWKSet(new URL(basic.serverMetadata().jwks_uri));
const expected = { issuer: given.address, audience: `${given.address}/api/v1`, typ: "at+jwt" };
const { payload } = await jose.jwtVerify(machine.access_token, keys, expected);
say("at+jwt", payload.sub, payload.client_id);

const said = await client.tokenIntrospection(basic, machine.access_token);
say("introspection", said.active, said.sub);
await client.tokenRevocation(basic, machine.access_token);
say("revocation", (await client.tokenIntrospection(basic, machine.access_token)).active);
const refused = await client.fetchProtectedResource(basic, machine.access_token, me, "GET").catch((error) => error);
say("refused", refused.status ?? refused.cause?.[0]?.parameters?.error ?? refused.code);

const key = { key: await jose.importJWK(given.key, "ES256"), kid: given.key.kid };
const keyed = await discover("keyed", client.PrivateKeyJwt(key));
say("private_key_jwt", await who(keyed, await client.clientCredentialsGrant(keyed)));

const dpop = client.getDPoPHandle(keyed, await client.randomDPoPKeyPair());
const bound = await client.clientCredentialsGrant(keyed, undefined, { DPoP: dpop });
say("DPoP", bound.token_type, await who(keyed, bound, { DPoP: dpop }));

const app = await discover("app", client.None());
const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const ask = client.buildAuthorizationUrl(app, {
  redirect_uri: given.back,
  scope: "agreement:read",
  state,
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
});
const page = await (await fetch(ask)).text();
const form = new URLSearchParams({
  request: /name="request" value="([^"]+)"/.exec(page)[1],
  person: "agent",
  password: given.password,
  decision: "allow",
});
const decided = await fetch(new URL("/oauth/authorize", given.address), { method: "POST", body: form, redirect: "manual" });
const back = new URL(decided.headers.get("location"));
const person = await client.authorizationCodeGrant(app, back, { pkceCodeVerifier: verifier, expectedState: state });
say("authorization_code", person.scope, await who(app, person));
