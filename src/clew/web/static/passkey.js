// A form that a passkey fills in: adds one, or signs in with one. Source: W3C Web Authentication, level 3.

const fromBase64 = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

const toBase64 = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const withBytes = (keys) => keys?.map((key) => ({ ...key, id: fromBase64(key.id) }));

async function add(asked) {
  const options = { ...asked, challenge: fromBase64(asked.challenge), excludeCredentials: withBytes(asked.excludeCredentials) };
  options.user = { ...asked.user, id: fromBase64(asked.user.id) };
  const made = await navigator.credentials.create({ publicKey: options });
  return told(made, {
    attestationObject: toBase64(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
}

async function use(asked) {
  const options = { ...asked, challenge: fromBase64(asked.challenge), allowCredentials: withBytes(asked.allowCredentials) };
  const shown = await navigator.credentials.get({ publicKey: options });
  return told(shown, {
    authenticatorData: toBase64(shown.response.authenticatorData),
    signature: toBase64(shown.response.signature),
    userHandle: shown.response.userHandle ? toBase64(shown.response.userHandle) : null,
  });
}

function told(credential, response) {
  return {
    type: credential.type,
    id: credential.id,
    rawId: toBase64(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    response: { clientDataJSON: toBase64(credential.response.clientDataJSON), ...response },
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

class ClewPasskey extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    if (!window.PublicKeyCredential || !button) return;
    button.hidden = false;
    button.addEventListener("click", () => this.#ask());
  }

  async #ask() {
    const form = this.querySelector("form");
    const alert = this.querySelector("[role=alert]");
    alert.hidden = true;
    try {
      const { creation_options: adding, request_options: using } = await this.#options();
      const credential = adding ? await add(adding.publicKey) : await use(using.publicKey);
      form.querySelector("[name=credential]").value = JSON.stringify(credential);
      form.submit();
    } catch {
      alert.hidden = false; // whatever went wrong, the officer can only try again
    }
  }

  async #options() {
    if (this.hasAttribute("options")) return JSON.parse(document.getElementById(this.getAttribute("options")).textContent);
    const answer = await fetch(this.getAttribute("ask"), { headers: { Accept: "application/json" } });
    return answer.json();
  }
}

customElements.define("clew-passkey", ClewPasskey);
