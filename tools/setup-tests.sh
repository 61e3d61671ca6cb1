#!/bin/sh
# Installs what the test suite runs against: the Python environment build/test-env (stock mlflow and dvc, SeaweedFS), PostgreSQL
# and strace. Safe to run again: what is there is left alone. Ends with 1, saying why, where something could not be had.
set -eu
root=$(CDPATH='' cd -P "$(dirname "$0")/.." && pwd)
venv=$root/build/test-env
requirements=$root/test/requirements.txt
missing=0

say() { echo "setup-tests: $*" >&2; }
lacks() { say "$*"; missing=1; }

# The interpreter itself, not a shim in front of it, which costs 150 ms at every start.
find_python() {
  for name in python3 python3.13 python3.12 python3.11; do
    command -v "$name" >/dev/null 2>&1 || continue
    "$name" -c 'import sys; print(sys.executable) if sys.version_info >= (3, 11) else sys.exit(1)' 2>/dev/null && return
  done
  return 1
}

# uv does not read pip's configuration: prints it as the variables that uv reads. Those the user has set stay.
uv_settings() {
  "$1" -m pip config list 2>/dev/null | "$1" -c '
import ast, os, shlex, sys
rank = {"global": 0, "install": 1, ":env:": 2}
found = {}
for line in sys.stdin:
    name, _, value = line.strip().partition("=")
    section, _, key = name.rpartition(".")
    if section in rank and rank[section] >= found.get(key, (-1,))[0]:
        found[key] = (rank[section], ast.literal_eval(value))
names = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX", "find-links": "UV_FIND_LINKS", "trusted-host": "UV_INSECURE_HOST",
         "cert": "SSL_CERT_FILE", "timeout": "UV_HTTP_TIMEOUT", "default-timeout": "UV_HTTP_TIMEOUT"}
for key, variable in names.items():
    if key in found and variable not in os.environ:
        separator = "," if variable == "UV_FIND_LINKS" else " "
        print(f"export {variable}={shlex.quote(separator.join(str(found[key][1]).split()))}")
no_index = str(found.get("no-index", (0, ""))[1]).lower() in ("1", "true", "yes", "on")
print("no_index=" + ("--no-index" if no_index else ""))
'
}

install_python_packages() {
  python=$(find_python) || { lacks "no Python 3.11 or newer: install python3 with venv and pip"; return; }
  stamp=$(cksum <"$requirements")
  if [ "$(cat "$venv/requirements.stamp" 2>/dev/null)" = "$stamp" ]; then return; fi
  say "making $venv (about 2 GB; half a minute to several minutes)"
  mkdir -p "$root/build"
  "$python" -m venv "$venv" || { lacks "'$python -m venv' failed: install the package python3-venv"; return; }
  uv_version=$(sed -n 's/^uv==\([^ ;]*\).*/\1/p' "$requirements")
  if "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$uv_version" && install_with_uv; then :
  elif say "uv did not do it: trying pip" && "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"; then :
  else
    lacks "the packages of test/requirements.txt could not be installed: see the messages above"
    return
  fi
  echo "$stamp" >"$venv/requirements.stamp"
}

install_with_uv() (
  eval "$(uv_settings "$venv/bin/python")"
  # Without bytecode, every start of a peer compiles all it imports; the system's certificates are the ones a proxy is known to.
  export UV_COMPILE_BYTECODE=1 UV_SYSTEM_CERTS=1
  # shellcheck disable=SC2086 -- no_index is one flag or nothing
  "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" $no_index -r "$requirements"
)

has_postgresql() {
  command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}

install_system_packages() {
  wanted=
  has_postgresql || wanted="$wanted postgresql"
  [ "$(uname -s)" != Linux ] || command -v strace >/dev/null 2>&1 || wanted="$wanted strace"
  command -v git >/dev/null 2>&1 || wanted="$wanted git"
  [ -n "$wanted" ] || return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "installing$wanted"
    # shellcheck disable=SC2086 -- a list of package names
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $wanted >/dev/null; } ||
      say "apt-get failed: see the messages above"
  fi
  has_postgresql || lacks "no PostgreSQL, and no right to install it: run 'apt-get install postgresql' as root, or put its bin folder on PATH"
  command -v git >/dev/null 2>&1 || lacks "no git: install the package git"
  # Without ptrace rights or on other systems the test of system calls says itself that it is left out.
  command -v strace >/dev/null 2>&1 || say "no strace: the test of durable system calls will be left out; 'apt-get install strace' as root brings it"
}

install_system_packages
install_python_packages
exit "$missing"
