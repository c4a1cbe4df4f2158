// Signing keys that never leave the browser: made here and kept unexportable, or read from a file for one signature.
"use strict";
(() => {
  if (!window.indexedDB || !crypto.subtle) return;
  const store = () => new Promise((done, failed) => {
    const asked = indexedDB.open("signing-keys", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("keys");
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  const through = async (mode, act) => {
    const base = await store();
    return new Promise((done, failed) => {
      const asked = act(base.transaction("keys", mode).objectStore("keys"));
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  };
  const base64 = (raw) => btoa(String.fromCharCode(...new Uint8Array(raw)));
  const hex = (raw) => [...new Uint8Array(raw)].map((one) => one.toString(16).padStart(2, "0")).join("");
  const idOf = async (spki) => hex(await crypto.subtle.digest("SHA-256", spki));

  const fromFile = async (file) => {
    const body = (await file.text()).match(/-----BEGIN PRIVATE KEY-----([\sA-Za-z0-9+/=]+)-----END PRIVATE KEY-----/);
    const raw = Uint8Array.from(atob(body[1].replace(/\s/g, "")), (one) => one.charCodeAt(0));
    return crypto.subtle.importKey("pkcs8", raw, "Ed25519", false, ["sign"]);
  };

  const form = document.querySelector("form[data-sign]");
  if (form) {
    const box = form.querySelector("[data-sign-box]");
    const show = (name, on) => { form.querySelector(`[data-sign-${name}]`).hidden = !on; };
    box.hidden = false;
    form.querySelector("[data-sign-here]").addEventListener("click", async () => {
      show("done", false);
      show("failed", false);
      try {
        const [file] = document.getElementById("private").files;
        const chosen = form.elements.key.value;
        const key = file ? await fromFile(file) : await through("readonly", (keys) => keys.get(chosen));
        const text = new TextEncoder().encode(document.getElementById("signing-text").textContent);
        form.elements.value.value = base64(await crypto.subtle.sign("Ed25519", key, text));
        show("done", true);
      } catch {
        show("failed", true);
      }
    });
  }

  const fresh = document.querySelector("[data-new-key]");
  if (fresh) {
    fresh.hidden = false;
    fresh.querySelector("[data-make-key]").addEventListener("click", async () => {
      const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
      const spki = await crypto.subtle.exportKey("spki", pair.publicKey);
      const id = await idOf(spki);
      await through("readwrite", (keys) => keys.put(pair.privateKey, id));
      document.getElementById("field-pem").value = `-----BEGIN PUBLIC KEY-----\n${base64(spki)}\n-----END PUBLIC KEY-----\n`;
      fresh.querySelector("[data-fingerprint]").textContent = id.match(/.{4}/g).join(" ");
      fresh.querySelector("[data-made]").hidden = false;
    });
  }
})();
