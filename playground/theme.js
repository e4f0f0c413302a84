import { button } from "./dom.js";

const KEY = "cog-theme";

/** The button that changes between dark and light. At first the system decides. */
export function themeButton() {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const chosen = stored();
  if (chosen) root.dataset.theme = chosen;
  const toggle = button("", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem(KEY, root.dataset.theme);
    } catch {
      // A browser that keeps nothing still changes its colors now.
    }
    label();
  }, { class: "small" });
  const label = () => {
    toggle.textContent = isDark() ? "Light" : "Dark";
    toggle.setAttribute("aria-label", `Change to ${isDark() ? "light" : "dark"} colors`);
  };
  system.addEventListener("change", label);
  label();
  return toggle;
}

function stored() {
  try {
    const value = localStorage.getItem(KEY);
    return value === "dark" || value === "light" ? value : null;
  } catch {
    return null; // The browser lets pages keep nothing.
  }
}
