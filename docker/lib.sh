# What the scripts in this folder share; sourced by them, never run.

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

fail() {
  say "$@"
  exit 1
}

on_debian() { [ "$(. /etc/os-release && printf '%s' "$ID")" = debian ]; }

# The Debian archive this machine already takes its packages from, whichever format its sources are written in.
debian_archive() {
  local codename
  on_debian || return 0
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
    awk -v codename="$codename" '$3 == "main" && ($2 == codename || $2 == "stable") && !found++ { print $1 }'
}

engine_answers() { docker info >/dev/null 2>&1; }
