// What a page gains with JavaScript on; without it everything still works.
"use strict";
document.documentElement.classList.add("scripted");

// "Copy as a question": the text stands in a field that can be copied by hand as well.
const copy = async (button) => {
  const field = document.getElementById(button.dataset.copies);
  try {
    await navigator.clipboard.writeText(field.value);
    document.getElementById(button.dataset.says).textContent = button.dataset.done;
  } catch {
    // A page served without https may not write to the clipboard: the text is marked, ready to be copied.
    field.focus();
    field.select();
  }
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copies]");
  if (button) copy(button);
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// htmx is heavier than the rest of a page together, so it comes when a question is about to be changed, not to readers.
document.addEventListener("focusin", (event) => {
  const form = event.target.closest("[data-htmx]");
  if (!form) return;
  const script = document.createElement("script");
  script.src = form.dataset.htmx;
  delete form.dataset.htmx;
  document.head.append(script);
});

// While a question is typed, words of open texts are offered to end it; the browser's own list shows them, also to
// the keyboard. Only the last answer counts, and only while it is still about what stands there.
let asking;
document.addEventListener("input", (event) => {
  const field = event.target.closest("[data-completes]");
  if (!field || event.inputType === "insertReplacementText") return;
  clearTimeout(asking);
  asking = setTimeout(async () => {
    const typed = field.value;
    const answer = await fetch(`${field.dataset.completes}?q=${encodeURIComponent(typed)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.ok && field.value === typed) field.list.innerHTML = await answer.text();
  }, 150);
});

// What is close to a conversation is looked for once the conversation can be read; until then a link stands there.
for (const place of document.querySelectorAll("[data-fill]")) {
  fetch(place.dataset.fill, { headers: { "HX-Request": "true" } })
    .then(async (answer) => { if (answer.ok) place.innerHTML = await answer.text(); })
    .catch(() => {});
}

// When a swap fails, the plain form is sent after all: the browser then shows what went wrong.
for (const failure of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(failure, (event) => event.target.closest("form")?.submit());
}

// htmx notes the address, with the question in it, for as long as the tab lives; nothing here needs that.
for (const noted of ["DOMContentLoaded", "htmx:pushedIntoHistory"]) {
  document.addEventListener(noted, () => sessionStorage.removeItem("htmx-current-path-for-history"));
}

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
