# Shared by the scripts beside it: what is installed, what is missing, how it is built.
# shellcheck shell=bash disable=SC2034

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
py_spy_version=0.4.3
lsprotocol_version=2025.0.0
venv=$root/build/venv
lsp_types=$root/build/lsp-types

# package|probe: a package counts as there when dpkg has it or the probe succeeds, so that tools from
# elsewhere, and other distributions, are fine.
build_packages=(
  'gcc|command -v gcc'
  'libc6-dev|echo "#include <stdio.h>" | cc -E - >/dev/null'
  'meson|command -v meson'
  'ninja-build|command -v ninja'
  'pkg-config|command -v pkg-config'
  'libuv1-dev|pkg-config --exists libuv'
  'libcjson-dev|pkg-config --exists libcjson'
  'libsqlite3-dev|pkg-config --exists sqlite3'
  'zlib1g-dev|pkg-config --exists zlib'
  'python3|command -v python3'
  'python3-venv|python3 -c "import venv, ensurepip"'
  'ca-certificates|test -d /etc/ssl/certs'
)
test_packages=(
  'check|pkg-config --exists check'
  'git|command -v git'
)
# What single suites need; without it they are skipped, and say so.
extra_packages=(
  'clang|command -v clang'
  'clang-tidy|command -v clang-tidy'
  'libclang-rt-14-dev|clang -fsanitize=fuzzer -x c /dev/null -shared -o /dev/null'
  'llvm|command -v llvm-symbolizer'
  'valgrind|command -v valgrind'
  'libc6-dbg|false'
  'tmux|command -v tmux'
  'scdoc|command -v scdoc'
  'shellcheck|command -v shellcheck'
  'zsh|command -v zsh'
  'fish|command -v fish'
)

say() {
  printf '==> %s\n' "$*" >&2
}

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Prints the packages of its arguments that are not there.
missing_packages() {
  local entry package installed=''
  if command -v dpkg-query >/dev/null; then
    installed=$(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' 2>/dev/null | grep '^ii' || true)
  fi
  for entry in "$@"; do
    package=${entry%%|*}
    if ! grep -qE "^ii +$package\$" <<<"$installed" &&
        ! bash -c "${entry#*|}" >/dev/null 2>&1; then
      printf '%s\n' "$package"
    fi
  done
}

apt_line() {
  printf 'apt-get install --no-install-recommends %s' "$*"
}

# Installs what is missing of the entries given. Returns 1, having said what to install, when it may not.
install_packages() {
  local -a missing
  mapfile -t missing < <(missing_packages "$@")
  if ((${#missing[@]} == 0)); then
    return 0
  fi
  if ((EUID != 0)); then
    printf 'Not root, and some packages are missing. Install them with:\n\n  sudo %s\n\n' \
      "$(apt_line "${missing[@]}")" >&2
    return 1
  fi
  if ! command -v apt-get >/dev/null; then
    printf 'No apt-get here. Install what is called on Debian: %s\n' "${missing[*]}" >&2
    return 1
  fi
  say "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq </dev/null >&2 &&
    apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >&2
}

# A venv with py-spy in build/venv, made once.
setup_venv() {
  local stamp=$venv/py-spy-$py_spy_version.stamp
  if [[ -e $stamp ]] && "$venv/bin/py-spy" --version >/dev/null 2>&1; then
    return 0
  fi
  say "installing py-spy $py_spy_version into build/venv"
  rm -rf -- "$venv"
  mkdir -p -- "$root/build"
  if python3 -m venv "$venv" >&2 &&
      "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        "py-spy==$py_spy_version" </dev/null >&2; then
    touch -- "$stamp"
    return 0
  fi
  if command -v py-spy >/dev/null; then
    say "no py-spy could be installed; going on with $(command -v py-spy)"
    return 0
  fi
  printf 'py-spy could not be installed. Try: %s/bin/pip install py-spy==%s\n' "$venv" \
    "$py_spy_version" >&2
  return 1
}

# The types of LSP, generated from its meta model, which the tests check every message with. Without them
# only what is hotlens' own is checked, and the tests say so.
setup_lsp_types() {
  local stamp=$lsp_types/lsprotocol-$lsprotocol_version.stamp
  [[ ! -e $stamp ]] || return 0
  say "installing lsprotocol $lsprotocol_version into build/lsp-types"
  rm -rf -- "$lsp_types"
  if "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
      --target "$lsp_types" "lsprotocol==$lsprotocol_version" attrs==25.3.0 </dev/null >&2; then
    touch -- "$stamp"
    return 0
  fi
  rm -rf -- "$lsp_types"
  say "no lsprotocol: messages of LSP itself are not checked against its types"
}

# configure FOLDER OPTION…: sets a build folder up, or changes the options of one that is there. Prints
# only when it fails.
configure() {
  local folder=$1 command=setup output
  shift
  [[ ! -e $root/$folder/build.ninja ]] || command=configure
  if ! output=$(cd -- "$root" && meson "$command" "$folder" "$@" 2>&1); then
    printf '%s\n' "$output" >&2
    return 1
  fi
}

# Programs that are built or installed here come first.
use_build() {
  export PATH=$root/build:$venv/bin:$PATH
}
