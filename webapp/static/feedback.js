// The flag and the class menu of every answer, those that are added later too: one listener on the document.

const menuOf = (answer) => answer.querySelector("[role=menu]");
const say = (answer, text) => { answer.querySelector(".note").textContent = text; };

document.addEventListener("click", (event) => {
  const button = event.target.closest(".prediction button");
  const answer = button?.closest(".prediction");
  if (!button) return;
  if (button.matches(".feedback-btn")) flag(answer, button);
  else if (button.matches("[role=menuitemradio]")) choose(answer, button);
  else toggle(answer, button);
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest(".prediction [role=menu]");
  if (!menu || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") close(menu.closest(".prediction"));
  else if (event.key === "Tab") return close(menu.closest(".prediction"));
  else if (!move(menu, event.target, event.key)) return;
  event.preventDefault();
});

async function flag(answer, button) {
  if (button.ariaPressed === "true") return say(answer, "You have flagged this label already.");
  const reply = await send(answer, {});
  if (!reply?.success) return;
  button.ariaPressed = "true";
  button.title = button.ariaLabel = "Flagged as incorrect";
}

async function choose(answer, item) {
  const chosen = item.textContent;
  close(answer);
  const reply = await send(answer, { corrected_class: chosen });
  if (!reply?.success) return;
  answer.querySelector(".class-name").textContent = chosen;
  for (const other of menuOf(answer).children) other.ariaChecked = String(other === item);
}

// Send feedback and show what came of it; a second click while one is under way does nothing.
async function send(answer, body) {
  if (answer.ariaBusy === "true") return null;
  answer.ariaBusy = "true";
  say(answer, "Sending…");
  const reply = await post({ prediction_id: answer.dataset.predictionId, ...body });
  say(answer, reply.message);
  answer.ariaBusy = "false";
  return reply;
}

async function post(body) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  try {
    const response = await fetch("feedback", { method: "POST", headers, body: JSON.stringify(body) });
    const { success, message } = await response.json();
    return { success, message: message ?? `Nothing was saved (status ${response.status}). Please try again.` };
  } catch {
    return { success: false, message: "The server did not answer. Please try again." };
  }
}

function toggle(answer, opener) {
  const menu = menuOf(answer);
  if (!menu.hidden) return close(answer);
  menu.hidden = false;
  menu.opener = opener;
  opener.ariaExpanded = "true";
  (menu.querySelector("[aria-checked=true]") ?? menu.firstElementChild).focus();
}

function close(answer) {
  const menu = menuOf(answer);
  menu.hidden = true;
  menu.opener.ariaExpanded = "false";
  menu.opener.focus();
}

// Move inside a menu: arrows, Home, End, or the first letter of a class. Tell whether the key was one of these.
function move(menu, from, key) {
  const items = [...menu.children];
  const here = items.indexOf(from);
  const next = { ArrowDown: here + 1, ArrowRight: here + 1, ArrowUp: here - 1, ArrowLeft: here - 1, Home: 0, End: -1 }[key];
  const startsWithKey = (item) => item.textContent.toLowerCase().startsWith(key.toLowerCase());
  const target = next === undefined
    ? [...items.slice(here + 1), ...items.slice(0, here + 1)].find(startsWithKey)
    : items.at(next % items.length);
  target?.focus();
  return Boolean(target);
}
