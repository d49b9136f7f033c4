// Upload photos by button, camera, drop or paste. Each gets a card with its preview, newest first, and the server's
// answer; they are sent one after the other, byte for byte.

const form = document.getElementById("upload");
const results = document.getElementById("results");
const NO_ANSWER = "The server did not answer. Please check your connection.";
let queue = Promise.resolve();

for (const input of form.querySelectorAll("input[type=file]")) {
  input.multiple = !input.hasAttribute("capture");
  input.addEventListener("change", () => { add(input.files); input.value = ""; });
}
document.addEventListener("paste", (event) => add(event.clipboardData.files, "There is no photo in what you pasted."));
document.addEventListener("dragover", (event) => { event.preventDefault(); dragging(true); });
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) dragging(false); });
document.addEventListener("drop", (event) => {
  event.preventDefault();
  dragging(false);
  add(event.dataTransfer.files, "There is no photo in what you dropped.");
});

const dragging = (yes) => document.body.classList.toggle("dragging", yes);
const tell = (text) => { document.getElementById("heard").textContent = text; };

function add(files, complaint) {
  if (files.length === 0) tell(complaint);
  for (const file of files) {
    const card = newCard(file);
    queue = queue.then(() => predict(card, file));
  }
}

function newCard(file) {
  const card = document.getElementById("card").content.firstElementChild.cloneNode(true);
  const image = card.querySelector("img");
  image.addEventListener("error", () => card.querySelector(".frame").remove());
  image.src = URL.createObjectURL(file);
  card.querySelector("h3").textContent = file.name;
  document.getElementById("photos").hidden = false;
  results.prepend(card);
  card.scrollIntoView({ block: "nearest" });
  return card;
}

async function predict(card, file) {
  tell(`Looking at ${file.name}…`);
  card.ariaBusy = "true";
  const { answer, again } = await ask(file);
  if (again) answer.append(retryButton(card, file));
  card.querySelector(".answer").replaceChildren(answer);
  card.ariaBusy = "false";
  tell(`${file.name}: ${(answer.querySelector(".class-name") ?? answer).textContent.trim()}`);
}

// Give what to show, and whether it is worth asking again.
async function ask(file) {
  const problem = await problemOf(file);
  if (problem) return { answer: warning(problem) };
  const body = new FormData();
  body.append("file", file);
  try {
    const response = await fetch("predict", { method: "POST", body, headers: { Accept: "text/html" } });
    const again = response.status >= 500 || response.status === 429;
    const answer = snippet(await response.text()) ?? warning(`The server answered with status ${response.status}.`);
    return { answer, again };
  } catch {
    return { answer: warning(NO_ANSWER), again: true };
  }
}

// Say what is wrong with a file before it is sent: a server may cut off what is too large without a word.
async function problemOf(file) {
  if (file.size > Number(form.dataset.maxBytes)) return form.dataset.tooLarge;
  try {
    await file.slice(0, 1).text();
  } catch {
    return "This can't be read. Is it a folder?";
  }
}

// Take the answer out of the server's HTML; a proxy's error page holds none.
function snippet(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.querySelector(".prediction, .warning");
}

function warning(text) {
  const answer = snippet('<p class="warning"><span class="badge badge-warning">Warning</span> </p>');
  answer.append(text);
  return answer;
}

function retryButton(card, file) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm retry";
  button.textContent = "Try again";
  button.addEventListener("click", () => {
    button.replaceWith("Trying again…");
    queue = queue.then(() => predict(card, file));
  });
  return button;
}
