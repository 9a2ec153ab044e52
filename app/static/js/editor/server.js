// Speaking with the server: JSON requests, and what their answers mean for a text that must not be lost.

const meta = (name) => document.querySelector(`meta[name="${name}"]`);

/** Who is signed in on this page. */
export const person = () => meta("dragoman-person").content;

/** The form token of this page. */
export const token = () => meta("csrf-token").content;

/** Resolves to {kind: "ok" | "conflict" | "refused" | "expired" | "offline", body, message}; never rejects. */
async function call(method, url, body, words, { last = false } = {}) {
  let response;
  try {
    response = await fetch(url, {
      method, redirect: "manual", keepalive: last,
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token() },
      body: JSON.stringify(body),
    });
  } catch {
    return { kind: "offline", message: words.no_connection };
  }
  if (response.type === "opaqueredirect" || response.status === 401) return { kind: "expired" };
  if (response.status >= 500 || response.status === 429) return { kind: "offline", message: words.no_answer };
  let answer = {};
  try {
    answer = await response.json();
  } catch {
    if (response.ok) return { kind: "expired" };
  }
  if (response.ok) return { kind: "ok", body: answer };
  if (response.status === 409 && answer.theirs) return { kind: "conflict", body: answer };
  return { kind: response.status === 400 ? "expired" : "refused", message: answer.message ?? words.refused };
}

/** After a new sign-in the page has an old form token: fetch the page once and take its token. */
async function renew() {
  try {
    const response = await fetch(location.href, { redirect: "manual", headers: { Accept: "text/html" } });
    if (!response.ok) return false;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = (name) => page.querySelector(`meta[name="${name}"]`)?.content;
    if (fresh("dragoman-person") !== meta("dragoman-person").content) return false;
    meta("csrf-token").content = fresh("csrf-token");
    document.querySelectorAll("input[name=csrf_token]").forEach((input) => { input.value = fresh("csrf-token"); });
    return true;
  } catch {
    return false;
  }
}

let renewing = null;

/** Ask, and once more with a fresh token when this one was refused. `last`: the page is going away. */
export async function ask(method, url, body, words, { last = false } = {}) {
  const answer = await call(method, url, body, words, { last });
  if (answer.kind !== "expired" || last) return answer;
  renewing ??= renew().finally(() => { renewing = null; });
  return (await renewing) ? call(method, url, body, words) : answer;
}
